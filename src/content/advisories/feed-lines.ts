import type { AdvisoryEntry } from './advisory.ts';
import type { AssayFeedHead } from './assay-feed.ts';
import { type DeltaHead, editsBetween } from './feed-delta.ts';

/** What a compiled feed says of itself in its first line. */
export interface CompiledFeed {
  readonly feed: string;
  readonly digest: string;
  readonly licence: string;
  readonly records: number;
  readonly withdrawn?: number | undefined;
  readonly newestAt?: string | undefined;
}

function headOf({ feed, licence, records, withdrawn, newestAt }: CompiledFeed): Omit<AssayFeedHead, 'assayFeed'> {
  return { feed, licence, records, withdrawn: withdrawn ?? 0, ...(newestAt !== undefined && { newestAt }) };
}

/** A compiled feed as lines of JSON: its head, then each package. The same feed gives the same lines. */
export function* feedLines(feed: CompiledFeed, entries: Iterable<AdvisoryEntry>): Generator<string> {
  yield `${JSON.stringify({ assayFeed: 1, ...headOf(feed) } satisfies AssayFeedHead)}\n`;
  for (const entry of entries) yield `${JSON.stringify(entry)}\n`;
}

/** What turns the content that `from` is the digest of into this one, as lines of JSON. */
export function* deltaLines(
  feed: CompiledFeed,
  from: string,
  before: Iterable<AdvisoryEntry>,
  after: Iterable<AdvisoryEntry>,
): Generator<string> {
  yield `${JSON.stringify({ assayDelta: 1, ...headOf(feed), from, to: feed.digest } satisfies DeltaHead)}\n`;
  for (const edit of editsBetween(before, after)) yield `${JSON.stringify(edit)}\n`;
}
