import { AssayError } from '../../lib/error.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { TrustDialect, TrustFile, TrustRecords } from '../../ports/trust-records.ts';
import type { FetchMetadata } from '../../ports/trusted-files.ts';

/** A collection as it lies in the database, with files over it that are not stored yet. */
export interface StoredCollection {
  readonly trust: TrustRecords;
  readonly repository: Repository;
  readonly gun: string;
  readonly fresh?: readonly TrustFile[];
}

/** Reads stored metadata by the names that clients use, so that the server verifies it by the clients' own workflow. */
export function storedMetadata(
  { trust, repository, gun, fresh = [] }: StoredCollection,
  dialect: TrustDialect,
): FetchMetadata {
  const overlay = fresh.filter((file) => file.dialect === dialect);
  return async (name, maxBytes) => {
    const file = await find(decodeURIComponent(name));
    if (file && file.raw.length > maxBytes)
      throw new AssayError('trust-endless-data', `${name} has ${file.raw.length} bytes, more than ${maxBytes}`);
    return file?.raw;
  };

  async function find(name: string): Promise<TrustFile | undefined> {
    const [, version, versioned] = /^(\d{1,15})\.(.+)\.json$/.exec(name) ?? [];
    if (version !== undefined && versioned !== undefined)
      return (
        overlay.find((file) => file.role === versioned && file.version === Number(version)) ??
        (await trust.fileByVersion(repository, gun, dialect, versioned, Number(version)))
      );
    const [, hashed, sha256] = /^(.+)\.([0-9a-f]{64})\.json$/.exec(name) ?? [];
    if (hashed !== undefined && sha256 !== undefined)
      return (
        overlay.find((file) => file.role === hashed && file.sha256 === sha256) ??
        (await trust.fileByHash(repository, gun, hashed, sha256))
      );
    const role = name.replace(/\.json$/, '');
    return overlay.find((file) => file.role === role) ?? (await trust.currentFile(repository, gun, dialect, role));
  }
}
