import type { Channel, ChannelStage } from './channel.ts';

/**
 * True when some text fits both globs (`*` within a segment, `**` across, `?` one character). Walks both at once and
 * remembers where it was, so that its work is bounded by the product of their lengths.
 */
export function globsMeet(a: string, b: string): boolean {
  const [left, right] = [tokens(a), tokens(b)];
  const seen = new Set<number>();
  const open: [number, number][] = [[0, 0]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [i, j] = next;
    if (i === left.length && j === right.length) return true;
    const place = i * (right.length + 1) + j;
    if (seen.has(place)) continue;
    seen.add(place);
    const [one, other] = [left[i], right[j]];
    if (one && isRun(one)) open.push([i + 1, j]);
    if (other && isRun(other)) open.push([i, j + 1]);
    if (one !== undefined && other !== undefined && shareCharacter(one, other))
      open.push([isRun(one) ? i : i + 1, isRun(other) ? j : j + 1]);
  }
  return false;
}

function tokens(glob: string): string[] {
  return glob.match(/\*\*|[^]/g) ?? [];
}

function isRun(token: string): boolean {
  return token === '*' || token === '**';
}

function shareCharacter(a: string, b: string): boolean {
  if (a === '**' || b === '**') return true;
  const wild = (token: string) => token === '*' || token === '?';
  if (wild(a)) return wild(b) || b !== '/';
  return wild(b) ? a !== '/' : a === b;
}

/** True when an image could stand in both stages under one name. */
export function stagesMeet(a: ChannelStage, b: ChannelStage): boolean {
  return globsMeet(a.repository, b.repository) && globsMeet(a.tag ?? '**', b.tag ?? '**');
}

/** Why a channel cannot stand beside the others of its organisation; `stage` is the position of the one at fault. */
export interface Conflict {
  readonly stage: number;
  readonly detail: string;
}

/**
 * Stages of one channel lie apart; those that only promotions reach lie apart from those of every other channel. A channel
 * may begin where another has a stage, as long as that does not lead back to where it came from.
 */
export function conflictOf(channel: Channel, others: readonly Channel[]): Conflict | undefined {
  for (const [at, stage] of channel.stages.entries()) {
    const before = channel.stages.findIndex((each, position) => position < at && stagesMeet(each, stage));
    if (before >= 0)
      return { stage: at, detail: `${names(stage)} overlaps the stage ${channel.stages[before]!.name} before it` };
    if (!stage.promotion) continue;
    for (const other of others) {
      const met = other.stages.find((each) => each.promotion && stagesMeet(each, stage));
      if (met)
        return { stage: at, detail: `${names(stage)} overlaps the stage ${met.name} of the channel ${other.name}` };
    }
  }
  const way = wayBack(channel, [channel, ...others]);
  return way && { stage: 0, detail: `promotions would go in a circle: ${way.join(' → ')}` };
}

function names({ repository, tag }: ChannelStage): string {
  return tag === undefined ? repository : `${repository}:${tag}`;
}

/** The channels that lead from this one back to itself: each begins where one before it brings images. */
function wayBack(from: Channel, all: readonly Channel[]): string[] | undefined {
  const seen = new Set<Channel>();
  const walk = (channel: Channel, way: readonly string[]): string[] | undefined => {
    for (const next of all) {
      const origin = next.stages[0]!;
      if (!channel.stages.some((stage) => stage.promotion && stagesMeet(stage, origin))) continue;
      if (next === from) return [...way, next.name];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...way, next.name]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(from, [from.name]);
}
