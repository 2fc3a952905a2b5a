import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { StorageKey } from '../../../ports/blob-store.ts';
import type { RegistryRecords, Repository } from '../../../ports/registry-records.ts';
import { chunks } from '../chunks.ts';
import { forgetImages } from '../content/forget-images.ts';
import type { Schema } from '../schema.ts';
import { toBlob } from './blobs.ts';
import { noteRemovals } from './removals.ts';
import type { KeepTimes } from './keep-times.ts';
import { noteUsage } from './usage.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function garbage(
  db: Kysely<Schema>,
): Part<'condemnUnreferenced' | 'condemnedBefore' | 'forgetBlob' | 'dropDamagedBlob' | 'blobs'> {
  return {
    async condemnUnreferenced(at, limit) {
      const due = await db
        .selectFrom('repository_blobs')
        .select(['repository_id', 'digest'])
        .where('keep_until', 'is not', null)
        .where('keep_until', '<=', at)
        .limit(limit)
        .execute();
      for (const link of due) {
        await noteUsage(db, -1, { repositoryId: link.repository_id, digests: [link.digest] }, at);
        await db
          .deleteFrom('repository_blobs')
          .where('repository_id', '=', link.repository_id)
          .where('digest', '=', link.digest)
          .execute();
      }
      await condemnUnlinked(
        db,
        due.map((row) => row.digest),
        at,
      );
      return due.length;
    },
    async condemnedBefore(at, limit) {
      const rows = await db
        .selectFrom('blobs')
        .select(['digest', 'size', 'storage_key'])
        .where('state', '=', 'condemned')
        .where('condemned_at', '<=', at)
        .limit(limit)
        .execute();
      return rows.map(toBlob);
    },
    async forgetBlob(digest, storageKey, at) {
      const row = await db
        .deleteFrom('blobs')
        .where('digest', '=', digest)
        .where('storage_key', '=', storageKey)
        .where('state', '=', 'condemned')
        .returning('digest')
        .executeTakeFirst();
      if (row) await noteFilesOf(db, digest, storageKey, at);
      return row !== undefined;
    },
    async dropDamagedBlob(digest, storageKey, at) {
      const damaged = await db
        .selectFrom('blobs')
        .select('digest')
        .where('digest', '=', digest)
        .where('storage_key', '=', storageKey)
        .executeTakeFirst();
      if (!damaged) return false;
      await noteUsage(db, -1, { digests: [digest] }, at);
      const row = await db
        .deleteFrom('blobs')
        .where('digest', '=', digest)
        .where('storage_key', '=', storageKey)
        .returning('digest')
        .executeTakeFirst();
      if (!row) return false;
      await db.deleteFrom('repository_blobs').where('digest', '=', digest).execute();
      await noteFilesOf(db, digest, storageKey, at);
      return true;
    },
    async blobs(page) {
      const rows = await db
        .selectFrom('blobs')
        .select(['digest', 'size', 'storage_key'])
        .where('digest', '>', page.after ?? '')
        .orderBy('digest')
        .limit(page.limit)
        .execute();
      return rows.map(toBlob);
    },
  };
}

async function noteFilesOf(db: Kysely<Schema>, digest: Digest, storageKey: StorageKey, at: number): Promise<void> {
  const artefacts = await db
    .deleteFrom('layer_analyses')
    .where('layer', '=', digest)
    .returning('storage_key')
    .execute();
  await noteRemovals(db, [storageKey, ...artefacts.map((row) => row.storage_key)], at);
}

/** Blobs that only this manifest needed here start their time of grace. */
export async function releaseBlobs(
  db: Kysely<Schema>,
  repository: Repository,
  manifest: Digest,
  at: number,
  keep: KeepTimes,
): Promise<void> {
  await sql`update repository_blobs set unreferenced_at = ${at}, keep_until = ${at + keep.afterDeleteMs}
    where repository_id = ${repository.id} and unreferenced_at is null
      and digest in (select target from manifest_references where manifest = ${manifest} and kind in ('config', 'layer'))
      and not exists (select 1 from manifest_references other
        join repository_manifests held on held.digest = other.manifest
        where other.target = repository_blobs.digest and other.kind in ('config', 'layer') and held.repository_id = ${repository.id})`.execute(
    db,
  );
}

/** Drops the content of manifests that no repository holds, and what was found in them. */
export async function forgetManifests(db: Kysely<Schema>, digests: readonly string[]): Promise<void> {
  for (const some of chunks(digests)) {
    const held = await db.selectFrom('repository_manifests').select('digest').where('digest', 'in', some).execute();
    const kept = new Set(held.map((row) => row.digest));
    const gone = some.filter((digest) => !kept.has(digest));
    if (gone.length === 0) continue;
    await db.deleteFrom('manifests').where('digest', 'in', gone).execute();
    await db.deleteFrom('manifest_references').where('manifest', 'in', gone).execute();
    await forgetImages(db, gone);
  }
}

export async function condemnUnlinked(db: Kysely<Schema>, digests: readonly string[], at: number): Promise<number> {
  let count = 0;
  for (const some of chunks(digests)) {
    const rows = await db
      .updateTable('blobs')
      .set({ state: 'condemned', condemned_at: at })
      .where('digest', 'in', some)
      .where('state', '=', 'stored')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('repository_blobs')
              .select('repository_blobs.digest')
              .whereRef('repository_blobs.digest', '=', 'blobs.digest'),
          ),
        ),
      )
      .returning('digest')
      .execute();
    count += rows.length;
  }
  return count;
}
