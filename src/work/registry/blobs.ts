import { type Viewer, withoutScope } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { BlobReader, BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { StoredBlob } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { requireRoom } from '../access/quotas.ts';
import { repositoryForPush, requireRepository } from './repositories.ts';

/** Reading, mounting and deleting blobs of a repository. A blob is seen only through its link there. */
export class Blobs {
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;

  constructor(database: Database, blobs: BlobStore, clock: Clock) {
    this.#database = database;
    this.#blobs = blobs;
    this.#clock = clock;
  }

  /** What is known of the blob; a pusher who is told that it is there can rely on it for a while. */
  async stat(viewer: Viewer, name: RepositoryName, digest: Digest): Promise<StoredBlob> {
    const { registry } = this.#database.records;
    const repository = await requireRepository(this.#database.records, viewer, name, 'pull');
    const blob = await registry.blob(repository, digest);
    if (!blob) throw new AssayError('blob-unknown');
    if (!repository.rights.has('push') || (await registry.blobIsReferenced(repository, digest))) return blob;
    // Its time may run out between the look and the lease; only what is there after the lease is promised.
    const leased = await this.#database.change(async (records) => {
      await records.registry.lease(repository, digest, this.#clock.now());
      return records.registry.blob(repository, digest);
    });
    if (!leased) throw new AssayError('blob-unknown');
    return leased;
  }

  async open(viewer: Viewer, name: RepositoryName, digest: Digest): Promise<{ blob: StoredBlob; reader: BlobReader }> {
    const repository = await requireRepository(this.#database.records, viewer, name, 'pull');
    const blob = await this.#database.records.registry.blob(repository, digest);
    if (!blob) throw new AssayError('blob-unknown');
    const reader = await this.#blobs.open(blob.storageKey);
    if (reader.size !== blob.size) {
      await reader[Symbol.asyncDispose]();
      throw new AssayError(
        'blob-damaged',
        `the stored blob has ${reader.size} bytes instead of ${blob.size}; run assay fsck`,
      );
    }
    return { blob, reader };
  }

  /**
   * Links a blob that the viewer may already pull elsewhere; false where there is none, and the client uploads. Without
   * `from` any repository the viewer may pull counts ("anonymous mount"). For the source the rights of the account count,
   * not the scope of the token: clients ask for a token of the target alone and then name its sources.
   */
  async mount(
    viewer: Viewer,
    into: RepositoryName,
    digest: Digest,
    from: RepositoryName | undefined,
  ): Promise<boolean> {
    const repository = await repositoryForPush(this.#database, this.#clock, viewer, into);
    await requireRoom(this.#database.records, into, 0);
    return this.#database.change(async ({ registry }) => {
      const reader = withoutScope(viewer);
      const source = from === undefined ? undefined : await registry.repository(reader, from);
      const named = source?.rights.has('pull') ? await registry.blob(source, digest) : undefined;
      const present =
        named ??
        (await registry.blob(repository, digest)) ??
        (from === undefined ? await registry.linkedIn(reader, digest) : undefined);
      if (!present) return false;
      const now = this.#clock.now();
      await registry.addBlob(present, now);
      await registry.linkBlob(repository, digest, now);
      return true;
    });
  }

  async delete(viewer: Viewer, name: RepositoryName, digest: Digest): Promise<void> {
    await this.#database.change(async (records) => {
      const repository = await requireRepository(records, viewer, name, 'delete');
      if (!(await records.registry.blob(repository, digest))) throw new AssayError('blob-unknown');
      if (await records.registry.blobIsReferenced(repository, digest))
        throw new AssayError(
          'method-not-allowed',
          'a manifest of this repository lists the blob; delete the manifest first',
        );
      const now = this.#clock.now();
      await records.registry.unlinkBlob(repository, digest, now);
      await appendEvent(records, now, 'blob.deleted', viewer, repository, `${name}@${digest}`, {});
    });
  }
}
