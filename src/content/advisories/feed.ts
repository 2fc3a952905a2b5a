import type { AdvisoryEntry } from './advisory.ts';

/** A file of a feed, as it was downloaded or unpacked. */
export interface FeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A record that was left out, and why; an import prints how many and keeps the first. */
export interface RefusedRecord {
  readonly id: string;
  readonly reason: string;
}

export interface FeedContent {
  readonly entries: readonly AdvisoryEntry[];
  /** Records read, withdrawn and refused ones included. */
  readonly records: number;
  readonly withdrawn: number;
  readonly refused: readonly RefusedRecord[];
  /** When the newest record was changed, RFC 3339, when the feed says so. */
  readonly newestAt?: string;
}

/** Reads one kind of feed. Throws `advisory-feed-invalid` when the file is not of that kind at all. */
export interface FeedReader {
  /** Name on the command line and in reports. */
  readonly name: string;
  /** Where it is fetched from when the server keeps it fresh itself. */
  readonly source: string | undefined;
  /** Licence of the data, shown with it. */
  readonly licence: string;
  /** True when the first bytes look like this feed; lets `import FILE` find the reader by itself. */
  recognises(file: FeedFile): boolean;
  read(files: AsyncIterable<FeedFile>): Promise<FeedContent>;
}
