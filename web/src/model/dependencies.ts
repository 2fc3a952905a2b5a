import type { Answer } from '../api/client.ts';

export type Dependency = Answer<'getDependencies'>['items'][number];

/** Who needs a package, by position; the inverse of `needs`. */
export function neededBy(items: readonly Dependency[]): readonly (readonly number[])[] {
  const found: number[][] = items.map(() => []);
  for (const [from, { needs }] of items.entries()) for (const to of needs) found[to]?.push(from);
  return found;
}

/** Packages that nobody needs: what somebody asked for. Those of a ring of which nobody outside needs one count too. */
export function rootsOf(items: readonly Dependency[], by: readonly (readonly number[])[]): readonly number[] {
  const roots = items.flatMap((_, position) => (by[position]?.length === 0 ? [position] : []));
  const reached = new Set<number>();
  const walk = (from: number) => {
    const waiting = [from];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      waiting.push(...(items[at]?.needs ?? []));
    }
  };
  for (const root of roots) walk(root);
  for (const position of items.keys())
    if (!reached.has(position)) {
      roots.push(position);
      walk(position);
    }
  return roots;
}

/**
 * The shortest ways by which a package came: each from somebody's choice down to it, at most `most` of them, found
 * upwards breadth first with each package once.
 */
export function waysTo(
  position: number,
  by: readonly (readonly number[])[],
  most: number,
): readonly (readonly number[])[] {
  const ways: number[][] = [];
  const seen = new Set([position]);
  let level: number[][] = [[position]];
  while (level.length > 0 && ways.length < most) {
    const next: number[][] = [];
    for (const way of level) {
      const users = by[way[0] ?? -1] ?? [];
      if (users.length === 0) ways.push(way);
      for (const user of users) {
        if (seen.has(user)) continue;
        // What somebody asked for may stand at the head of several ways.
        if ((by[user]?.length ?? 0) > 0) seen.add(user);
        next.push([user, ...way]);
      }
    }
    level = next;
  }
  return ways.slice(0, most);
}

/** All that a package brings with it, itself left out. */
export function broughtBy(position: number, items: readonly Dependency[]): number {
  const seen = new Set([position]);
  const waiting = [position];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
    for (const each of items[at]?.needs ?? [])
      if (!seen.has(each)) {
        seen.add(each);
        waiting.push(each);
      }
  return seen.size - 1;
}
