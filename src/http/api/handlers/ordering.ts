import type { Judgement } from './judgements.ts';

/** How many rows a list orders by something that SQL does not keep. */
export const ORDERED_ROWS = 1000;

/**
 * The rows of a list that may be ordered in memory: all of them when there are few enough, else a page by name, and the
 * answer says so; a list never leaves rows out to keep an order.
 */
export async function orderable<T>(
  wantsName: boolean,
  limit: number,
  after: string | undefined,
  read: (page: { after: string | undefined; limit: number }) => Promise<T[]>,
): Promise<{ rows: T[]; byName: boolean }> {
  if (!wantsName) {
    const rows = await read({ after: undefined, limit: ORDERED_ROWS + 1 });
    if (rows.length <= ORDERED_ROWS) return { rows, byName: false };
  }
  return { rows: await read({ after, limit: limit + 1 }), byName: true };
}

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
