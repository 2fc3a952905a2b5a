import type { Gate } from '../facts.ts';
import { matchesGlob } from '../scope.ts';

/** Who may approve: the members of a team, whoever may do all that a role may, or one account by its name. */
export type Approver =
  | { readonly kind: 'team'; readonly name: string }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'account'; readonly name: string };

/** So many different people of these; whoever asked is never one of them. */
export interface ApprovalTerms {
  readonly count: number;
  readonly by: readonly Approver[];
}

/** What a promotion into a stage asks for. */
export interface PromotionTerms {
  /** `automatic` asks by itself for what arrives in the stage before. */
  readonly start: 'by-hand' | 'automatic';
  /** Every line must be filled; one person's word counts in each line that names them. */
  readonly approvals: readonly ApprovalTerms[];
  /** How long the image must have stood in the stage before, in milliseconds. */
  readonly minimumAge: number;
  /** Gates whose policies must let the image through under its new name. */
  readonly gates: readonly Gate[];
  /** How long a request stays open, in milliseconds. */
  readonly expires: number;
}

/** Where images stand: repositories, and tags in them, each by a pattern with at most one run of `*`. */
export interface ChannelStage {
  readonly name: string;
  readonly repository: string;
  /** Absent: the whole repositories, whatever is in them by digest too. */
  readonly tag: string | undefined;
  /** Absent for the stage where images come in. */
  readonly promotion: PromotionTerms | undefined;
}

export interface Channel {
  readonly name: string;
  readonly organisation: string;
  readonly description: string;
  readonly stages: readonly ChannelStage[];
}

/** A name within a repository; `tag` is absent for what is named by digest alone. */
export interface Place {
  readonly repository: string;
  readonly tag?: string | undefined;
}

/** A stage within its channel. */
export interface Standing {
  readonly channel: Channel;
  readonly position: number;
  readonly stage: ChannelStage;
}

export function isIn(stage: ChannelStage, { repository, tag }: Place): boolean {
  if (!matchesGlob(stage.repository, repository)) return false;
  return stage.tag === undefined || (tag !== undefined && matchesGlob(stage.tag, tag));
}

/** Stages in which a place lies: at most one that is promoted into, and origins of other channels. */
export function standings(channels: readonly Channel[], place: Place): Standing[] {
  return channels.flatMap((channel) =>
    channel.stages.flatMap((stage, position) => (isIn(stage, place) ? [{ channel, position, stage }] : [])),
  );
}

/** The stage that only promotions reach and in which a place lies, if there is one. */
export function promotionOnly(channels: readonly Channel[], place: Place): Standing | undefined {
  return standings(channels, place).find(({ stage }) => stage.promotion !== undefined);
}

/**
 * The name that an image of one stage has in the next: what the `*` of a pattern stood for stands in its place again.
 * None where the next pattern has a `*` and the one before has none to fill it; the asker then says the name.
 */
export function nameInNext(from: ChannelStage, to: ChannelStage, place: Required<Place>): Place | undefined {
  const repository = carriedOver(from.repository, to.repository, place.repository);
  const tag = carriedOver(from.tag ?? '*', to.tag ?? '*', place.tag ?? '');
  return repository === undefined || tag === undefined ? undefined : { repository, tag };
}

function carriedOver(from: string, to: string, text: string): string | undefined {
  const [goalHead = '', goalTail] = halves(to);
  if (goalTail === undefined) return goalHead;
  const [head = '', tail] = halves(from);
  if (tail === undefined) return undefined;
  return `${goalHead}${text.slice(head.length, text.length - tail.length)}${goalTail}`;
}

/** A pattern before and behind its run of `*`; one part when it has none. */
function halves(pattern: string): string[] {
  return pattern.split(/\*\*?/, 2);
}
