import type { TarEntry } from '../../lib/tar.ts';
import { malware } from './malware/malware.ts';
import type { LayerObservation } from './observation.ts';
import { accountFiles } from './practices/account-files.ts';
import { secrets } from './secrets/secrets.ts';

/** Bytes of a regular file as they pass: whole, or a piece that overlaps with the next. */
export interface Piece {
  readonly path: string;
  readonly entry: TarEntry;
  readonly bytes: Uint8Array;
  /** No byte of zero stands near the beginning of the file. */
  readonly text: boolean;
  readonly first: boolean;
  readonly last: boolean;
  /** Number of the first line of the piece. */
  readonly line: number;
  /** Bytes at the end that come again: what begins there is left to the next piece. */
  readonly overlap: number;
}

/** Keywords that stand in a piece: their number in the examiner's list and the place of their first byte, in turn. */
export type KeywordHits = readonly number[];

/** Looks at every file of a layer, in the analysis process, while its bytes pass. */
export interface FileExaminer {
  readonly name: string;
  /** Whether it is shown the members of archives too. */
  readonly insideArchives?: true;
  /** Looked for in one pass for all examiners, letters without regard to case. */
  readonly keywords: readonly string[];
  /** Whether it looks into this file: by its keywords, at its bytes without them, or not at all. */
  wants(entry: TarEntry, text: boolean): 'keywords' | 'bytes' | undefined;
  examine(piece: Piece, hits: KeywordHits): LayerObservation[];
  /** What the entry alone tells, whatever its type. */
  entry?(entry: TarEntry): LayerObservation[];
}

/** Every examiner of files, one line each. */
export const fileExaminers: readonly FileExaminer[] = [secrets, malware, accountFiles];
