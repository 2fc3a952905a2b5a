import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../oci/digest.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import type { BrokenReference, UpkeepRecords } from '../../ports/upkeep-records.ts';
import { forgetManifests, condemnUnlinked } from './registry/garbage.ts';
import { recountUsage } from './registry/usage.ts';
import { noteRemovals } from './registry/removals.ts';
import type { Schema } from './schema.ts';

const heldBlobs = `select held.repository_id, refs.target as digest, held.digest as manifest
  from repository_manifests held join manifest_references refs on refs.manifest = held.digest
  where refs.kind in ('config', 'layer')`;

/** One query for each way in which rows can contradict each other; each gives `subject`. */
const checks: Readonly<Record<BrokenReference['code'], string>> = {
  'tag-without-manifest': `select repositories.name || ':' || tags.name as subject from tags
    join repositories on repositories.id = tags.repository_id
    where not exists (select 1 from repository_manifests held
      where held.repository_id = tags.repository_id and held.digest = tags.digest)`,
  'manifest-without-content': `select held.digest as subject from repository_manifests held
    where not exists (select 1 from manifests where manifests.digest = held.digest)`,
  'manifest-without-blob': `select repositories.name || '@' || needs.manifest || ' needs ' || needs.digest as subject
    from (${heldBlobs}) needs join repositories on repositories.id = needs.repository_id
    where not exists (select 1 from repository_blobs links
      where links.repository_id = needs.repository_id and links.digest = needs.digest)`,
  'link-without-blob': `select links.digest as subject from repository_blobs links
    where not exists (select 1 from blobs where blobs.digest = links.digest and blobs.state = 'stored')`,
  'needed-blob-expires': `select needs.digest as subject from (${heldBlobs}) needs
    join repository_blobs links on links.repository_id = needs.repository_id and links.digest = needs.digest
    where links.unreferenced_at is not null or links.keep_until is not null`,
  'content-without-manifest': `select manifests.digest as subject from manifests
    where not exists (select 1 from repository_manifests held where held.digest = manifests.digest)`,
  'blob-without-link': `select blobs.digest as subject from blobs where blobs.state = 'stored'
    and not exists (select 1 from repository_blobs links where links.digest = blobs.digest)`,
  'repository-gone': ['tags', 'repository_manifests', 'repository_blobs', 'uploads']
    .map(
      (table) => `select '${table} of ' || ${table}.repository_id as subject from ${table}
    where not exists (select 1 from repositories where repositories.id = ${table}.repository_id)`,
    )
    .join(' union all '),
};

export function upkeepRecords(db: Kysely<Schema>): UpkeepRecords {
  const subjects = async (code: BrokenReference['code'], limit: number) => {
    const found = await sql<{ subject: string }>`select subject from (${sql.raw(checks[code])}) found
      limit ${limit}`.execute(db);
    return found.rows.map((row) => row.subject);
  };
  return {
    async manifests(page) {
      const rows = await db
        .selectFrom('manifests')
        .select(['digest', 'media_type', 'raw'])
        .where('digest', '>', page.after ?? '')
        .orderBy('digest')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ digest: row.digest as Digest, mediaType: row.media_type, raw: row.raw }));
    },
    async artefacts(page) {
      const rows = await db
        .selectFrom('layer_analyses')
        .select(['layer', 'storage_key'])
        .where('storage_key', '>', page.after ?? '')
        .orderBy('storage_key')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({ layer: row.layer as Digest, storageKey: row.storage_key as StorageKey }));
    },
    async dropArtefact(storageKey, at) {
      await db.deleteFrom('layer_analyses').where('storage_key', '=', storageKey).execute();
      await noteRemovals(db, [storageKey], at);
    },
    async brokenReferences(limit) {
      const found: BrokenReference[] = [];
      for (const code of Object.keys(checks) as BrokenReference['code'][])
        for (const subject of await subjects(code, limit)) found.push({ code, subject });
      return found;
    },
    async repairReferences(at) {
      for (const table of ['tags', 'repository_manifests', 'repository_blobs', 'uploads'] as const)
        await db
          .deleteFrom(table)
          .where('repository_id', 'not in', (eb) => eb.selectFrom('repositories').select('id'))
          .execute();
      await sql`update repository_blobs set unreferenced_at = null, keep_until = null
        where exists (select 1 from (${sql.raw(heldBlobs)}) needs
          where needs.repository_id = repository_blobs.repository_id and needs.digest = repository_blobs.digest)`.execute(
        db,
      );
      await sql`update blobs set state = 'stored', condemned_at = null where state = 'condemned'
        and exists (select 1 from repository_blobs links where links.digest = blobs.digest)`.execute(db);
      await sql`delete from repository_blobs
        where not exists (select 1 from blobs where blobs.digest = repository_blobs.digest)`.execute(db);
      await forgetManifests(db, await subjects('content-without-manifest', MAX_REPAIRED));
      await condemnUnlinked(db, await subjects('blob-without-link', MAX_REPAIRED), at);
      await recountUsage(db);
    },
    async counts() {
      const { rows } = await sql<{ blobs: number; bytes: number; manifests: number; artefacts: number; tags: number }>`
        select (select count(*) from blobs) as blobs, (select coalesce(sum(size), 0) from blobs) as bytes,
          (select count(*) from manifests) as manifests, (select count(*) from layer_analyses) as artefacts,
          (select count(*) from tags) as tags`.execute(db);
      return { blobs: 0, bytes: 0, manifests: 0, artefacts: 0, tags: 0, ...rows[0] };
    },
  };
}

/** Rows that one repair sets right; a second run does the next. */
const MAX_REPAIRED = 100_000;
