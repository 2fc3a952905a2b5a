import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName } from '../../../oci/names.ts';
import type { StorageKey } from '../../../ports/blob-store.ts';
import type {
  RegistryRecords,
  Repository,
  RepositoryId,
  StoredBlob,
  UploadSession,
} from '../../../ports/registry-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { condemnUnlinked } from './garbage.ts';
import { requireStillThere } from './still-there.ts';
import type { KeepTimes } from './keep-times.ts';
import { noteUsage } from './usage.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

const DAY_MS = 24 * 3600_000;

export function toBlob(row: { digest: string; size: number; storage_key: string }): StoredBlob {
  return { digest: row.digest as Digest, size: row.size, storageKey: row.storage_key as StorageKey };
}

export function blobs(
  db: Kysely<Schema>,
  keep: KeepTimes,
): Part<
  | 'blob'
  | 'linkedIn'
  | 'storedBlob'
  | 'addBlob'
  | 'linkBlob'
  | 'unlinkBlob'
  | 'blobIsReferenced'
  | 'lease'
  | 'startUpload'
  | 'upload'
  | 'countUploads'
  | 'endUpload'
  | 'uploadsStartedBefore'
  | 'uploadKeys'
  | 'missingBlobs'
> {
  return {
    async blob(repository, digest) {
      const row = await db
        .selectFrom('repository_blobs')
        .innerJoin('blobs', 'blobs.digest', 'repository_blobs.digest')
        .select(['blobs.digest', 'blobs.size', 'blobs.storage_key'])
        .where('repository_blobs.repository_id', '=', repository.id)
        .where('repository_blobs.digest', '=', digest)
        .executeTakeFirst();
      return row && toBlob(row);
    },
    async linkedIn(viewer, digest, limit) {
      const rows = await db
        .selectFrom('blobs')
        .innerJoin('repository_blobs', 'repository_blobs.digest', 'blobs.digest')
        .innerJoin('repositories', 'repositories.id', 'repository_blobs.repository_id')
        .select(['blobs.digest', 'blobs.size', 'blobs.storage_key', 'repositories.name'])
        .where('blobs.digest', '=', digest)
        .where((eb) => visible(eb, viewer, 'pull'))
        .orderBy('repositories.name')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ blob: toBlob(row), repository: row.name as RepositoryName }));
    },
    async storedBlob(digest) {
      const row = await db
        .selectFrom('blobs')
        .select(['digest', 'size', 'storage_key'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row && toBlob(row);
    },
    async addBlob(blob, at) {
      const present = await db
        .updateTable('blobs')
        .set({ state: 'stored', condemned_at: null })
        .where('digest', '=', blob.digest)
        .returning(['digest', 'size', 'storage_key'])
        .executeTakeFirst();
      if (present) return toBlob(present);
      await db
        .insertInto('blobs')
        .values({
          digest: blob.digest,
          size: blob.size,
          storage_key: blob.storageKey,
          state: 'stored',
          stored_at: at,
          condemned_at: null,
        })
        .execute();
      return blob;
    },
    async linkBlob(repository, digest, at) {
      await requireStillThere(db, repository);
      const needed = await neededBy(db, repository, digest);
      const linked = await db
        .insertInto('repository_blobs')
        .values({
          repository_id: repository.id,
          digest,
          linked_at: at,
          unreferenced_at: needed ? null : at,
          keep_until: needed ? null : at + keep.afterUploadMs,
        })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doNothing())
        .returning('digest')
        .executeTakeFirst();
      if (linked) await noteUsage(db, 1, { repositoryId: repository.id, digests: [digest] }, at);
      else
        await db
          .updateTable('repository_blobs')
          .set({ keep_until: at + keep.afterUploadMs })
          .where('repository_id', '=', repository.id)
          .where('digest', '=', digest)
          .where('keep_until', 'is not', null)
          .execute();
      // A sparse image may have named the blob before it came.
      await sql`update repository_blobs set unreferenced_at = null, keep_until = null
        where repository_id = ${repository.id} and digest = ${digest} and exists (select 1 from manifest_references
          join repository_manifests on repository_manifests.digest = manifest_references.manifest
          where manifest_references.target = ${digest} and manifest_references.kind in ('config', 'layer')
            and repository_manifests.repository_id = ${repository.id})`.execute(db);
    },
    async unlinkBlob(repository, digest, at) {
      await noteUsage(db, -1, { repositoryId: repository.id, digests: [digest] }, at);
      const row = await db
        .deleteFrom('repository_blobs')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .returning('digest')
        .executeTakeFirst();
      if (row) await condemnUnlinked(db, [digest], at);
      return row !== undefined;
    },
    async blobIsReferenced(repository, digest) {
      const row = await db
        .selectFrom('repository_blobs')
        .select('digest')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .where('unreferenced_at', 'is', null)
        .executeTakeFirst();
      return row !== undefined;
    },
    async lease(repository, digest, now) {
      const until = now + keep.afterDeleteMs;
      await db
        .updateTable('repository_blobs')
        .set({
          keep_until: sql`case when ${until} < unreferenced_at + ${DAY_MS} then cast(${until} as bigint) else unreferenced_at + ${DAY_MS} end`,
        })
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .where('keep_until', 'is not', null)
        .where('keep_until', '<', until)
        .execute();
    },
    async startUpload(upload) {
      await requireStillThere(db, { id: upload.repositoryId });
      await db
        .insertInto('uploads')
        .values({
          id: upload.id,
          repository_id: upload.repositoryId,
          principal: upload.principal,
          storage_key: upload.storageKey,
          algorithm: upload.algorithm,
          started_at: upload.startedAt,
        })
        .onConflict((oc) => oc.column('id').doNothing())
        .execute();
    },
    async upload(repository, principal, id) {
      const row = await db
        .selectFrom('uploads')
        .selectAll()
        .where('id', '=', id)
        .where('repository_id', '=', repository.id)
        .where('principal', '=', principal)
        .executeTakeFirst();
      return row && toUpload(row);
    },
    async countUploads(principal) {
      const row = await db
        .selectFrom('uploads')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('principal', '=', principal)
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async endUpload(id) {
      await db.deleteFrom('uploads').where('id', '=', id).execute();
    },
    async uploadsStartedBefore(at, limit) {
      const rows = await db
        .selectFrom('uploads')
        .selectAll()
        .where('started_at', '<', at)
        .orderBy('started_at')
        .limit(limit)
        .execute();
      return rows.map(toUpload);
    },
    async uploadKeys() {
      return (await db.selectFrom('uploads').select('storage_key').execute()).map(
        (row) => row.storage_key as StorageKey,
      );
    },
    async missingBlobs(repository, digests) {
      const wanted = new Set(digests);
      for (const some of chunks([...wanted])) {
        const rows = await db
          .selectFrom('repository_blobs')
          .select('digest')
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .execute();
        for (const row of rows) wanted.delete(row.digest as Digest);
      }
      return [...wanted];
    },
  };
}

/** True when a manifest of the repository lists the blob: one that was lost and comes back is no garbage. */
async function neededBy(db: Kysely<Schema>, repository: Repository, digest: Digest): Promise<boolean> {
  const row = await db
    .selectFrom('manifest_references')
    .innerJoin('repository_manifests', 'repository_manifests.digest', 'manifest_references.manifest')
    .select('manifest_references.manifest')
    .where('manifest_references.target', '=', digest)
    .where('manifest_references.kind', 'in', ['config', 'layer'])
    .where('repository_manifests.repository_id', '=', repository.id)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function toUpload(row: Schema['uploads']): UploadSession {
  return {
    id: row.id,
    repositoryId: row.repository_id as RepositoryId,
    principal: row.principal,
    storageKey: row.storage_key as StorageKey,
    algorithm: row.algorithm,
    startedAt: row.started_at,
  };
}
