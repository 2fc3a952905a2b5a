import type { LookUpAdvisories } from '../content/advisories/advisory.ts';
import type { FeedContent } from '../content/advisories/feed.ts';

/** What is known of one imported feed. */
export interface FeedStatus {
  readonly feed: string;
  /** Digest over its entries; equal content gives an equal digest. */
  readonly digest: string;
  readonly records: number;
  readonly refused: number;
  readonly ecosystems: readonly string[];
  readonly importedAt: number;
  readonly newestAt: string | undefined;
  readonly licence: string;
}

/** All feeds at one moment; a set never changes, a newer one takes its place. */
export interface AdvisorySet {
  /** Digest over the feeds' digests. */
  readonly digest: string;
  readonly feeds: readonly FeedStatus[];
  readonly lookUp: LookUpAdvisories;
  /** True when some feed covers this ecosystem at all, so that "nothing found" means something. */
  covers(ecosystem: string): boolean;
}

/** The key of an entry that two sets do not agree on. */
export interface ChangedEntry {
  readonly ecosystem: string;
  readonly package: string;
}

/** Every ecosystem that some feed of the set covers. */
export function ecosystemsOf(set: Pick<AdvisorySet, 'feeds'>): string[] {
  return [...new Set(set.feeds.flatMap((feed) => feed.ecosystems))];
}

export interface AdvisorySets {
  current(): AdvisorySet;
  /** Puts a feed's content in place of what it held before; the set is replaced as a whole or not at all. */
  replace(feed: {
    name: string;
    licence: string;
    content: FeedContent;
    at: number;
  }): Promise<{ status: FeedStatus; changed: readonly ChangedEntry[] }>;
  close(): void;
}
