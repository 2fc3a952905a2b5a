import { type Viewer, withoutScope } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { BlobReader, BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, StoredBlob } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { repositoryForImages } from '../channels/direct-push.ts';
import type { PullGate } from '../policy/pull-gate.ts';
import { Quotas } from '../access/quotas.ts';
import { requireRepository } from './repositories.ts';

/** Repositories that are asked for a blob that is mounted from anywhere. */
const MAX_SOURCES = 10;

/** Reading, mounting and deleting blobs of a repository. A blob is seen only through its link there. */
export class Blobs {
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #quotas: Quotas;
  readonly #gate: PullGate | undefined;

  constructor(database: Database, blobs: BlobStore, clock: Clock, gate?: PullGate) {
    this.#gate = gate;
    this.#database = database;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#quotas = new Quotas(database, clock);
  }

  /** What is known of the blob; a pusher who is told that it is there can rely on it for a while. */
  async stat(viewer: Viewer, name: RepositoryName, digest: Digest): Promise<StoredBlob> {
    const { registry } = this.#database.records;
    const repository = await requireRepository(this.#database.records, viewer, name, 'pull');
    const blob = await registry.blob(repository, digest);
    if (!blob) throw new AssayError('blob-unknown');
    await this.#gate?.blob(viewer, repository, digest, true);
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
    await this.#gate?.blob(viewer, repository, digest);
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
    const repository = await repositoryForImages(this.#database, this.#clock, viewer, into);
    await this.#quotas.requireRoom(viewer, into, 0);
    const source = await this.#source(withoutScope(viewer), digest, from);
    return this.#database.change(async ({ registry }) => {
      const named = source && (await registry.blob(source, digest));
      const present = named ?? (await registry.blob(repository, digest));
      if (!present) return false;
      const now = this.#clock.now();
      await registry.addBlob(present, now);
      await registry.linkBlob(repository, digest, now);
      return true;
    });
  }

  /** A repository out of which the reader may take the blob; what a policy holds back there is not for mounting either. */
  async #source(reader: Viewer, digest: Digest, from: RepositoryName | undefined): Promise<Repository | undefined> {
    const { registry } = this.#database.records;
    const names =
      from === undefined
        ? (await registry.linkedIn(reader, digest, MAX_SOURCES)).map((each) => each.repository)
        : [from];
    for (const name of names) {
      const source = await registry.repository(reader, name);
      if (!source?.rights.has('pull')) continue;
      if (!this.#gate || (await this.#gate.mayMount(reader, source, digest))) return source;
    }
    return undefined;
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
