import type { Advisory, AdvisoryEntry } from './advisory.ts';

/** A file of a feed, as it was downloaded or unpacked. */
export interface FeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A record that was left out, and why; an import prints how many and keeps the first. */
export interface RefusedRecord {
  readonly id: string;
  readonly reason: string;
  /** It could not even be parsed: no reader has counted it. */
  readonly unread?: true;
}

export interface FeedContent {
  /** Of feeds that come in several files of their own age: which one this is (`npm`, `v3.20-main`). */
  readonly part?: string;
  /** Of feeds that were compiled elsewhere: the name and licence they had there. */
  readonly name?: string;
  readonly licence?: string;
  readonly entries: readonly AdvisoryEntry[];
  /** Records read, withdrawn and refused ones included. */
  readonly records: number;
  readonly withdrawn: number;
  readonly refused: readonly RefusedRecord[];
  /** When the newest record was changed, RFC 3339, when the feed says so. */
  readonly newestAt?: string;
  /** Of feeds that are renewed record by record: the id of every record that was read, withdrawn and refused ones too. */
  readonly ids?: readonly string[];
}

/** An address that a feed is fetched from. */
export interface FeedAddress {
  readonly url: string;
  /** Only of use where packages of one of these ecosystems, or of a release of them, are stored; of use to all if absent. */
  readonly ecosystems?: readonly string[];
  /** What the file is when it is not the feed itself, but leads there: the name of a file beside it, a list of mirrors of a repository, the index of one. */
  readonly leads?: 'name' | 'mirror-list' | 'repomd';
  /** Of files that do not tell which part of the feed they are. */
  readonly part?: string;
  /** How its publisher tells what changed, so that only that is fetched. */
  readonly increments?: 'osv' | 'red-hat' | 'nvd';
}

/** Reads one kind of feed. Throws `advisory-feed-invalid` when the file is not of that kind at all. */
export interface FeedReader {
  /** Name on the command line and in reports. */
  readonly name: string;
  /** Where it is fetched from when the server keeps it fresh itself; each is imported on its own. */
  readonly sources: readonly FeedAddress[];
  /** Licence of the data, shown with it. */
  readonly licence: string;
  /** True when an unpacked file looks like one of this feed; lets `import FILE` find the reader by itself. */
  recognises(file: FeedFile): boolean;
  read(files: AsyncIterable<FeedFile>): Promise<FeedContent>;
  /** The id of the record that an advisory of this feed came from, where single records can be renewed. */
  recordOf?(entry: Pick<AdvisoryEntry, 'ecosystem' | 'package'>, advisory: Advisory): string;
}

/** The name under which content is stored: the feed's, with its part. */
export function feedName(reader: FeedReader, content: FeedContent): string {
  if (content.name !== undefined) return content.name;
  return content.part === undefined ? reader.name : `${reader.name}-${content.part}`;
}
