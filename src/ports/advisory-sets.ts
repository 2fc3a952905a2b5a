import type { AdvisoryEntry, Likelihood, LookUpAdvisories } from '../content/advisories/advisory.ts';
import type { FeedContent, RefusedRecord } from '../content/advisories/feed.ts';

/** What a publisher said of the copy that is held, to ask only for a newer one (RFC 9110 section 13). */
export interface FeedValidators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** What is known of one imported feed. */
export interface FeedStatus {
  readonly feed: string;
  /** Digest over its entries; equal content gives an equal digest. */
  readonly digest: string;
  readonly records: number;
  readonly withdrawn?: number;
  readonly refused: number;
  readonly ecosystems: readonly string[];
  readonly importedAt: number;
  /** When its publisher last confirmed that this is the newest; `importedAt` when never asked since. */
  readonly checkedAt?: number;
  /** When records of it were last renewed one by one; `importedAt` says when all of it was read. */
  readonly amendedAt?: number;
  readonly newestAt: string | undefined;
  readonly licence: string;
  /** Where it was fetched from, and what its publisher said of the copy. */
  readonly source?: string;
  readonly validators?: FeedValidators;
}

/** All feeds at one moment; a set never changes, a newer one takes its place. */
export interface AdvisorySet {
  /** Digest over the feeds' digests. */
  readonly digest: string;
  readonly feeds: readonly FeedStatus[];
  readonly lookUp: LookUpAdvisories;
  /** True when some feed covers this ecosystem at all, so that "nothing found" means something. */
  covers(ecosystem: string): boolean;
  /** EPSS of the first of these ids that has one. */
  likelihoodOf(ids: readonly string[]): Likelihood | undefined;
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

/** A file as it comes in. */
export interface IncomingBytes {
  readonly fileName: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly maxBytes: number;
}

/** A feed as it comes in: the bytes of one file or archive. */
export interface IncomingFeed extends IncomingBytes {
  /** Name of its reader; recognised by its content when absent. */
  readonly reader?: string | undefined;
  readonly source?: string;
  readonly validators?: FeedValidators;
  /** Which part of the feed it is, where its content does not tell. */
  readonly part?: string;
  /** The body holds but the records of this feed that changed; those that are not in it stay, and these go. */
  readonly amends?: FeedAmendment;
  readonly at: number;
}

export interface FeedAmendment {
  readonly feed: string;
  /** Ids of records that their publisher has deleted. */
  readonly deleted: readonly string[];
}

export interface TakenFeed {
  readonly status: FeedStatus;
  readonly changed: readonly ChangedEntry[];
  readonly withdrawn: number;
  /** The first of them; the status counts all. */
  readonly refused: readonly RefusedRecord[];
}

/** A published set that feeds were taken from, so that an older one of the same source never takes its place. */
export interface SetOrigin {
  /** `registry/repository:tag`. */
  readonly source: string;
  /** Digest of the set's manifest. */
  readonly manifest: string;
  /** When the set was made, RFC 3339. */
  readonly createdAt: string;
  /** When its publisher last confirmed that this is the newest, milliseconds UTC. */
  readonly checkedAt: number;
  /** Feeds of the set that are in force here. */
  readonly feeds: readonly string[];
}

/** A feed of a published set: all of it, or what leads to it from the content in force, one after the other. */
export interface IncomingSetFeed {
  readonly feed: string;
  /** What the entries must come to in the end. */
  readonly digest: string;
  readonly kind: 'whole' | 'deltas';
  readonly bodies: readonly IncomingBytes[];
}

export interface TakenSet {
  readonly taken: readonly TakenFeed[];
  /** Feeds that the set holds no more, which are not in force any longer. */
  readonly dropped: readonly string[];
  readonly changed: readonly ChangedEntry[];
}

export interface AdvisorySets {
  current(): AdvisorySet;
  /**
   * Takes the feeds of a published set, all of them or none. Throws `advisory-set-invalid` when one does not come to what
   * the set says it is.
   */
  takeSet(set: {
    readonly origin: SetOrigin;
    readonly feeds: readonly IncomingSetFeed[];
    readonly at: number;
  }): Promise<TakenSet>;
  originOf(source: string): SetOrigin | undefined;
  origins(): readonly SetOrigin[];
  /** Reads a feed beside this thread and puts it in place of what it held before, as a whole or not at all. */
  take(feed: IncomingFeed): Promise<TakenFeed>;
  /** The same with content that was read already. */
  replace(feed: {
    name: string;
    licence: string;
    content: FeedContent;
    at: number;
    source?: string;
    validators?: FeedValidators;
  }): Promise<{ status: FeedStatus; changed: readonly ChangedEntry[] }>;
  /** Every entry of a feed in force, package after package; none of a feed that is not. */
  entries(feed: string): Iterable<AdvisoryEntry>;
  /** The publisher said that the copy in force is the newest. */
  confirm(feed: string, at: number): Promise<void>;
  close(): void;
}
