import type { Digest } from '../../oci/digest.ts';
import type { BlobStore, StagedBlob, StorageKey } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';

/** Bytes that are whole and have their digest, about to become a blob of a repository. */
export interface WholeBlob {
  readonly repository: Repository;
  readonly digest: Digest;
  readonly staged: StagedBlob;
  readonly key: StorageKey;
  /** The session that ends with it. */
  readonly uploadId: string | undefined;
}

/**
 * Data, name and directory are durable before the row is; the row is durable before the answer. Where the blob is stored
 * already its bytes stay, and these go.
 */
export async function storeBlob(
  { database, blobs }: { readonly database: Database; readonly blobs: BlobStore },
  { repository, digest, staged, key, uploadId }: WholeBlob,
  now: number,
): Promise<void> {
  const { size } = staged;
  const linkPresent = await database.records.registry.storedBlob(digest).then((present) =>
    present
      ? database.change(async (records) => {
          const stored = await records.registry.storedBlob(digest);
          if (!stored) return false;
          await records.registry.addBlob(stored, now);
          await records.registry.linkBlob(repository, digest, now);
          if (uploadId) await records.registry.endUpload(uploadId);
          return true;
        })
      : false,
  );
  if (linkPresent) {
    await staged.settle();
    await blobs.discard(key);
    return;
  }
  await staged.publish();
  try {
    const stored = await database.change(async (records) => {
      const blob = await records.registry.addBlob({ digest, size, storageKey: key }, now);
      await records.registry.linkBlob(repository, digest, now);
      if (uploadId) await records.registry.endUpload(uploadId);
      return blob;
    });
    if (stored.storageKey !== key) await blobs.remove(key);
  } catch (error) {
    const kept = await database.records.registry.storedBlob(digest);
    if (kept?.storageKey !== key) await blobs.remove(key);
    throw error;
  }
}
