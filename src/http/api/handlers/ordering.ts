import type { Judgement } from './judgements.ts';

/**
 * How many rows a list orders by something that SQL does not keep. Beyond it the rest follows by name, so that a page
 * never costs more than this many rows.
 */
export const ORDERED_ROWS = 1000;

const WEIGHTS = [
  ['critical', 1e9],
  ['high', 1e6],
  ['medium', 1e3],
  ['low', 1],
] as const;

/** Larger is more urgent: what can be fixed counts double; unfinished and undecided stand above what was found clean. */
export function urgency(judgement: Judgement | undefined): number {
  if (!judgement || judgement.state === 'not-applicable') return -2;
  const { counts, fixable } = judgement;
  if (!counts) return 0;
  const found = WEIGHTS.reduce((sum, [name, weight]) => sum + (counts[name] + (fixable?.[name] ?? 0)) * weight, 0);
  return found === 0 ? -1 : found;
}

/** One page of rows that were ordered in memory; the cursor is how many were shown. */
export function cutOrdered<T>(
  items: readonly T[],
  limit: number,
  after: string | undefined,
): { items: T[]; next?: string } {
  const from = Math.max(0, Number(after ?? 0) || 0);
  const page = items.slice(from, from + limit);
  return from + limit < items.length
    ? { items: page, next: Buffer.from(String(from + limit)).toString('base64url') }
    : { items: page };
}
