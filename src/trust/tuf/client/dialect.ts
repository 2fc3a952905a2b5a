import type { FileMeta, Metadata, MetadataOf, RoleName, Root, SignedFile } from '../metadata.ts';
import type { SchemeOf } from '../signatures.ts';

/** In what the clients of TUF 1.x and of Notary v1 differ; the checks themselves are the same. */
export interface Dialect {
  /** Reads a file as the metadata of a role; throws `trust-metadata-invalid`. */
  read<T extends Metadata['type']>(type: T, role: RoleName, raw: Uint8Array): SignedFile<MetadataOf<T>>;
  readonly schemeOf: SchemeOf;
  /** The name to fetch a role's file under, by what refers to it (nothing refers to a timestamp). */
  fileName(role: RoleName, meta: FileMeta | undefined, root: Root): string;
  /** "timestamp expired at …", as users of the dialect know it. */
  expiredText(role: RoleName, at: number): string;
}
