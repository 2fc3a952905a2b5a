import type { Digest } from '../oci/digest.ts';

/** One file of a backup. Files with an unchanged path and size need not be copied again: their bytes never change. */
export interface BackupFile {
  /** As in a data directory: `assay.sqlite`, `advisories/…`, `blobs/<two digits>/<key>`. */
  readonly path: string;
  readonly size: number;
  /** Digest of the bytes where it is known beforehand. */
  readonly digest: Digest | undefined;
}

/** Everything of one moment, to be read while the server goes on; dispose it when done. */
export interface BackupSource extends AsyncDisposable {
  readonly createdAt: number;
  readonly version: string;
  files(): AsyncIterable<BackupFile>;
  read(file: BackupFile): AsyncIterable<Uint8Array>;
}

/** A folder that holds a backup. */
export interface BackupFolder {
  readonly empty: boolean;
  /** Size of a file, or none. */
  size(path: string): Promise<number | undefined>;
  /** Writes a whole file or nothing, durably; an error thrown by `bytes` leaves what was there. */
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  read(path: string): AsyncIterable<Uint8Array>;
  list(): AsyncIterable<string>;
  remove(path: string): Promise<void>;
}
