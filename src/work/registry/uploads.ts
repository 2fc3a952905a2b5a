import { setTimeout as pause } from 'node:timers/promises';
import { principalOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import { algorithmOf, digestOfAll, type Digest, type DigestAlgorithm, Digester } from '../../oci/digest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { BlobStore, StagedBlob, StorageKey } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { Repository, UploadSession } from '../../ports/registry-records.ts';
import { repositoryForImages } from '../channels/direct-push.ts';
import { Quotas } from '../access/quotas.ts';
import { requireRepository } from './repositories.ts';
import { newStorageKey } from './storage-key.ts';
import { storeBlob, type WholeBlob } from './store-blob.ts';
import { type UploadLimits, uploadLimits } from './upload-limits.ts';
import { UploadSessions } from './upload-sessions.ts';

/** The first and last byte that a chunk says it holds (Content-Range, `first-last`). */
export interface ChunkRange {
  readonly first: number;
  readonly last: number;
}

/** How long a question for the size waits for the request that writes. */
const SETTLE_MS = 2000;
/** Uploads that one round of cleaning looks at. */
const MAX_DROPPED = 10_000;

interface Progress {
  readonly digester: Digester;
  readonly size: number;
}

/** Blob uploads (OCI distribution specification 1.1, "Pushing blobs"): sessions bound to repository and principal. */
export class Uploads {
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #limits: UploadLimits;
  /** Running digests; after a restart they are made anew from the bytes that are there. */
  readonly #progress = new Map<string, Progress>();
  /** Sessions that a request writes to, and the end of that request. */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #quotas: Quotas;
  readonly #sessions: UploadSessions;
  /** Keys of the bytes that a request is writing now, with a session or without. */
  readonly #active = new Set<StorageKey>();

  constructor(database: Database, blobs: BlobStore, clock: Clock, limits: UploadLimits = uploadLimits) {
    this.#database = database;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#limits = limits;
    this.#quotas = new Quotas(database, clock);
    this.#sessions = new UploadSessions(database, limits.alone);
  }

  async start(viewer: Viewer, name: RepositoryName, algorithm: DigestAlgorithm = 'sha256'): Promise<UploadSession> {
    const repository = await repositoryForImages(this.#database, this.#clock, viewer, name);
    await this.#quotas.requireRoom(viewer, name, 0);
    const now = this.#clock.now();
    const session: UploadSession = {
      id: uuidv7(now),
      repositoryId: repository.id,
      principal: principalOf(viewer),
      storageKey: newStorageKey(),
      algorithm,
      startedAt: now,
    };
    await this.#sessions.start(session, this.#limits.maxUploadsPerPrincipal);
    return session;
  }

  /** One request with the whole blob; needs no session. */
  async whole(viewer: Viewer, name: RepositoryName, digest: Digest, body: AsyncIterable<Uint8Array>): Promise<void> {
    const repository = await repositoryForImages(this.#database, this.#clock, viewer, name);
    const key = newStorageKey();
    this.#active.add(key);
    try {
      await using staged = await this.#blobs.stage(key);
      const digester = new Digester(algorithmOf(digest));
      await this.#take(staged, digester, body);
      await this.#complete(viewer, { repository, digest, staged, key, uploadId: undefined }, digester.digest());
    } catch (error) {
      await this.#blobs.discard(key);
      throw error;
    } finally {
      this.#active.delete(key);
    }
  }

  /** Appends a chunk; returns the count of bytes that the upload now has. */
  async append(
    viewer: Viewer,
    name: RepositoryName,
    id: string,
    body: AsyncIterable<Uint8Array>,
    range?: ChunkRange,
  ): Promise<number> {
    const { session } = await this.#session(viewer, name, id);
    return this.#exclusively(session, async (staged, digester) => {
      await this.#takeChunk(session, staged, digester, body, range);
      await staged.settle();
      if (this.#sessions.isFresh(session.id)) await this.#sessions.keep();
      return staged.size;
    });
  }

  /** Takes the last chunk, if there is one, and turns the upload into the blob of this digest. */
  async finish(
    viewer: Viewer,
    name: RepositoryName,
    id: string,
    digest: Digest,
    body: AsyncIterable<Uint8Array>,
    range?: ChunkRange,
  ): Promise<void> {
    const { session, repository } = await this.#session(viewer, name, id);
    await this.#exclusively(session, async (staged, digester) => {
      await this.#takeChunk(session, staged, digester, body, range);
      const computed =
        algorithmOf(digest) === digester.algorithm
          ? digester.copy().digest()
          : await digestOfAll(staged.readBack(), algorithmOf(digest));
      const { id: uploadId, storageKey: key } = session;
      await this.#complete(viewer, { repository, digest, staged, key, uploadId }, computed);
    });
    this.#progress.delete(session.id);
  }

  /** Bytes that the upload has now; a request that breaks off just then is waited for, so that the answer stands. */
  async size(viewer: Viewer, name: RepositoryName, id: string): Promise<number> {
    const { session } = await this.#session(viewer, name, id);
    await Promise.race([this.#busy.get(session.id), pause(SETTLE_MS, undefined, { ref: false })]);
    const known = this.#progress.get(session.id);
    if (known) return known.size;
    await using staged = await this.#blobs.stage(session.storageKey);
    return staged.size;
  }

  async cancel(viewer: Viewer, name: RepositoryName, id: string): Promise<void> {
    const { session } = await this.#session(viewer, name, id);
    if (this.#busy.has(session.id)) throw new AssayError('blob-upload-busy');
    await this.#drop(session);
  }

  /** Makes rows of the sessions that are younger than that; asked when the server stops in order. */
  keepSessions(): Promise<void> {
    return this.#sessions.keep();
  }

  /** Drops uploads that nobody has written to since, and staged bytes that belong to none; returns how many. */
  async dropIdle(since: number): Promise<number> {
    const writtenAt = new Map<StorageKey, number>();
    for await (const file of this.#blobs.list('staged')) writtenAt.set(file.key, file.modifiedAt);
    let dropped = 0;
    for (const session of await this.#database.records.registry.uploadsStartedBefore(since, MAX_DROPPED)) {
      if (this.#busy.has(session.id) || (writtenAt.get(session.storageKey) ?? 0) >= since) continue;
      await this.#drop(session);
      writtenAt.delete(session.storageKey);
      dropped++;
    }
    // Those of requests under way are asked last: one that became a row meanwhile is among either.
    const rows = await this.#database.records.registry.uploadKeys();
    const owned = new Set([...rows, ...this.#sessions.freshKeys(), ...this.#active]);
    for (const [key, at] of writtenAt) {
      if (at >= since || owned.has(key)) continue;
      await this.#blobs.discard(key);
      dropped++;
    }
    return dropped;
  }

  /** A session that was cut off between its file and its row may have left a published file; that goes too. */
  async #drop(session: UploadSession): Promise<void> {
    const now = this.#clock.now();
    this.#sessions.forget(session.id);
    await this.#database.change(async ({ registry }) => {
      await registry.endUpload(session.id);
      const [unknown] = await registry.unknownKeys([session.storageKey]);
      if (unknown) await registry.noteRemovals([unknown], now);
    });
    this.#progress.delete(session.id);
    await this.#blobs.discard(session.storageKey);
  }

  async #session(
    viewer: Viewer,
    name: RepositoryName,
    id: string,
  ): Promise<{ session: UploadSession; repository: Repository }> {
    const repository = await requireRepository(this.#database.records, viewer, name, 'push');
    const session = await this.#sessions.find(repository, principalOf(viewer), id);
    if (!session) throw new AssayError('blob-upload-unknown');
    return { session, repository };
  }

  async #exclusively<T>(
    session: UploadSession,
    work: (staged: StagedBlob, digester: Digester) => Promise<T>,
  ): Promise<T> {
    if (this.#busy.has(session.id)) throw new AssayError('blob-upload-busy');
    const end = Promise.withResolvers<void>();
    this.#busy.set(session.id, end.promise);
    this.#active.add(session.storageKey);
    try {
      await using staged = await this.#blobs.stage(session.storageKey);
      const digester = await this.#digester(session, staged);
      return await work(staged, digester);
    } catch (error) {
      // What the disk kept of these bytes is not known any more: the client begins again.
      if (isAssayError(error, 'storage-failed', 'storage-full')) await this.#drop(session).catch(() => undefined);
      throw error;
    } finally {
      this.#busy.delete(session.id);
      end.resolve();
      this.#active.delete(session.storageKey);
    }
  }

  async #digester(session: UploadSession, staged: StagedBlob): Promise<Digester> {
    const known = this.#progress.get(session.id);
    if (known && known.size === staged.size) return known.digester;
    const digester = new Digester(session.algorithm);
    if (staged.size > 0) for await (const chunk of staged.readBack()) digester.update(chunk);
    this.#progress.set(session.id, { digester, size: staged.size });
    return digester;
  }

  async #takeChunk(
    session: UploadSession,
    staged: StagedBlob,
    digester: Digester,
    body: AsyncIterable<Uint8Array>,
    range: ChunkRange | undefined,
  ): Promise<void> {
    if (range && range.first !== staged.size)
      throw new AssayError('range-invalid', `the chunk starts at ${range.first}, but ${staged.size} bytes are stored`, {
        detail: { size: staged.size },
      });
    try {
      const before = staged.size;
      await this.#take(staged, digester, body, range && range.last - range.first + 1);
      if (range && staged.size - before !== range.last - range.first + 1)
        throw new AssayError('size-invalid', 'the chunk does not have the length that its Content-Range says');
      this.#progress.set(session.id, { digester, size: staged.size });
    } catch (error) {
      // The digest has seen what was handed to the store; what the store kept of it is another matter when it failed.
      if (isAssayError(error, 'storage-full', 'storage-failed')) this.#progress.delete(session.id);
      else this.#progress.set(session.id, { digester, size: staged.size });
      throw error;
    }
  }

  async #take(
    staged: StagedBlob,
    digester: Digester,
    body: AsyncIterable<Uint8Array>,
    atMost = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    let taken = 0;
    for await (const chunk of body) {
      taken += chunk.length;
      if (taken > atMost) throw new AssayError('size-invalid', 'the chunk is longer than its Content-Range says');
      if (staged.size + chunk.length > this.#limits.maxBlobBytes)
        throw new AssayError('blob-too-large', `blobs of more than ${this.#limits.maxBlobBytes} bytes are not stored`);
      digester.update(chunk);
      await staged.write(chunk);
    }
  }

  async #complete(viewer: Viewer, blob: WholeBlob, computed: Digest): Promise<void> {
    const { repository, digest, staged, uploadId } = blob;
    if (computed !== digest)
      throw new AssayError('digest-mismatch', `the bytes have the digest ${computed}, not ${digest}`, {
        detail: { computed },
      });
    if (uploadId) this.#sessions.forget(uploadId);
    await this.#quotas.requireRoom(viewer, repository.name, staged.size);
    await storeBlob({ database: this.#database, blobs: this.#blobs }, blob, this.#clock.now());
  }
}
