import type { DistributionEvidence, Evidence } from './package.ts';

/** A file of a layer that an analyser asked for. */
export interface LayerFile {
  /** Path without a leading slash, `.` and `..` resolved. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

export type Finding = { readonly evidence: Evidence } | { readonly distribution: DistributionEvidence };

/**
 * Reads one kind of file. `wants` is asked for every path of every layer and must be cheap; `read` gets the whole file
 * and throws `content-malformed` when it is not what its name says.
 */
export interface Analyser {
  readonly name: string;
  /** Largest file that is read, in bytes; larger ones are reported as incomplete. */
  readonly maxBytes: number;
  wants(path: string, size: number, mode: number): boolean;
  read(file: LayerFile): Finding | undefined;
}
