import { type Kysely, sql } from 'kysely';
import { type Action, allActions, isRole, roles } from '../../access/roles.ts';
import { inScope, type Viewer } from '../../access/viewer.ts';
import type { Digest } from '../../oci/digest.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../oci/names.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import type {
  Page,
  Referrer,
  RegistryRecords,
  Repository,
  RepositoryId,
  RepositoryListItem,
  StoredBlob,
  StoredManifest,
  TagListItem,
  TagRecord,
} from '../../ports/registry-records.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Schema } from './schema.ts';
import { visible } from './visible.ts';

/** How long an unreferenced blob keeps its link: after upload or mount, and after its last manifest went. */
export interface KeepTimes {
  readonly afterUploadMs: number;
  readonly afterDeleteMs: number;
}

export const keepTimes: KeepTimes = { afterUploadMs: 24 * 3600_000, afterDeleteMs: 3600_000 };
const DAY_MS = 24 * 3600_000;
const CHUNK = 200;

export function registryRecords(db: Kysely<Schema>, keep: KeepTimes = keepTimes): RegistryRecords {
  return { ...repositories(db), ...blobs(db, keep), ...manifests(db, keep), ...garbage(db), ...pulls(db) };
}

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

function repositories(
  db: Kysely<Schema>,
): Part<
  | 'repository'
  | 'repositoryNames'
  | 'repositories'
  | 'countRepositories'
  | 'mayCreateIn'
  | 'organisationExists'
  | 'createOrganisation'
  | 'createRepository'
  | 'updateRepository'
  | 'deleteRepository'
> {
  return {
    async repository(viewer, name) {
      const row = await db.selectFrom('repositories').selectAll().where('name', '=', name).executeTakeFirst();
      if (!row) return undefined;
      const rights = await rightsOn(db, viewer, row);
      return rights.size === 0 ? undefined : toRepository(row, rights);
    },
    async repositoryNames(viewer, page) {
      const rows = await db
        .selectFrom('repositories')
        .select('name')
        .where((eb) => visible(eb, viewer, 'pull'))
        .where('name', '>', page.after ?? '')
        .orderBy('name')
        .limit(page.limit)
        .execute();
      return rows.map((row) => row.name as RepositoryName);
    },
    async repositories(viewer, page) {
      const rows = await db
        .selectFrom('repositories')
        .selectAll()
        .select((eb) => [
          eb.selectFrom('tags').whereRef('tags.repository_id', '=', 'repositories.id').select(eb.fn.countAll<number>().as('n')).as('tag_count'),
          eb
            .selectFrom('tags')
            .whereRef('tags.repository_id', '=', 'repositories.id')
            .select('name')
            .orderBy('updated_at', 'desc')
            .orderBy('name')
            .limit(1)
            .as('newest_tag'),
          eb
            .selectFrom('tags')
            .whereRef('tags.repository_id', '=', 'repositories.id')
            .select('digest')
            .orderBy('updated_at', 'desc')
            .orderBy('name')
            .limit(1)
            .as('newest_digest'),
        ])
        .where((eb) => visible(eb, viewer, 'pull'))
        .where('name', '>', page.after ?? '')
        .$if(Boolean(page.search), (query) => query.where('name', 'like', likePattern(page.search)))
        .orderBy('name')
        .limit(page.limit)
        .execute();
      return rows.map((row): RepositoryListItem => ({
        id: row.id as RepositoryId,
        name: row.name as RepositoryName,
        visibility: row.visibility,
        description: row.description,
        tagCount: Number(row.tag_count ?? 0),
        updatedAt: row.updated_at,
        newest: row.newest_tag && row.newest_digest ? { tag: row.newest_tag as Tag, digest: row.newest_digest as Digest } : undefined,
      }));
    },
    async countRepositories(viewer, search) {
      const row = await db
        .selectFrom('repositories')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(Boolean(search), (query) => query.where('name', 'like', likePattern(search)))
        .executeTakeFirstOrThrow();
      return Number(row.n);
    },
    async mayCreateIn(viewer, organisation) {
      if (viewer.kind !== 'account') return viewer.kind === 'system';
      if (viewer.administrator) return true;
      const row = await db
        .selectFrom('grants')
        .select('role')
        .where('account_id', '=', viewer.accountId)
        .where('subject_kind', '=', 'organisation')
        .where('subject', '=', organisation)
        .executeTakeFirst();
      return row !== undefined && isRole(row.role) && (roles[row.role] as readonly Action[]).includes('push');
    },
    async organisationExists(organisation) {
      return (await db.selectFrom('organisations').select('name').where('name', '=', organisation).executeTakeFirst()) !== undefined;
    },
    async createOrganisation(name, at) {
      await db.insertInto('organisations').values({ name, created_at: at }).onConflict((oc) => oc.doNothing()).execute();
    },
    async createRepository({ id, name, visibility, description, createdAt }) {
      await db
        .insertInto('repositories')
        .values({ id, name, organisation: organisationOf(name), visibility, description, created_at: createdAt, updated_at: createdAt })
        .execute();
    },
    async updateRepository(repository, change) {
      if (change.visibility === undefined && change.description === undefined) return;
      await db
        .updateTable('repositories')
        .set({ ...(change.visibility && { visibility: change.visibility }), ...(change.description !== undefined && { description: change.description }) })
        .where('id', '=', repository.id)
        .execute();
    },
    async deleteRepository(repository, at) {
      const digests = await db.selectFrom('repository_manifests').select('digest').where('repository_id', '=', repository.id).execute();
      const linked = await db.selectFrom('repository_blobs').select('digest').where('repository_id', '=', repository.id).execute();
      for (const table of ['tags', 'tag_changes', 'pulls', 'uploads', 'repository_blobs', 'repository_manifests'] as const)
        await db.deleteFrom(table).where('repository_id', '=', repository.id).execute();
      await db.deleteFrom('grants').where('subject_kind', '=', 'repository').where('subject', '=', repository.id).execute();
      await db.deleteFrom('repositories').where('id', '=', repository.id).execute();
      await forgetManifests(db, digests.map((row) => row.digest));
      await condemnUnlinked(db, linked.map((row) => row.digest), at);
    },
  };
}

function likePattern(search: string | undefined): string {
  return `%${(search ?? '').replace(/[%_]/g, '')}%`;
}

function toRepository(row: Schema['repositories'], rights: ReadonlySet<Action>): Repository {
  return {
    id: row.id as RepositoryId,
    name: row.name as RepositoryName,
    visibility: row.visibility,
    description: row.description,
    createdAt: row.created_at,
    rights,
  };
}

async function rightsOn(db: Kysely<Schema>, viewer: Viewer, row: Schema['repositories']): Promise<Set<Action>> {
  const rights = new Set<Action>();
  if (viewer.kind === 'system' || (viewer.kind === 'account' && viewer.administrator)) for (const action of allActions) rights.add(action);
  else {
    if (row.visibility === 'public') rights.add('pull');
    if (viewer.kind === 'account') {
      const granted = await db
        .selectFrom('grants')
        .select('role')
        .where('account_id', '=', viewer.accountId)
        .where((eb) =>
          eb.or([
            eb.and([eb('subject_kind', '=', 'repository'), eb('subject', '=', row.id)]),
            eb.and([eb('subject_kind', '=', 'organisation'), eb('subject', '=', row.organisation)]),
          ]),
        )
        .execute();
      for (const { role } of granted) if (isRole(role)) for (const action of roles[role]) rights.add(action);
    }
  }
  for (const action of rights) if (!inScope(viewer, row.name as RepositoryName, action)) rights.delete(action);
  return rights;
}

function toBlob(row: { digest: string; size: number; storage_key: string }): StoredBlob {
  return { digest: row.digest as Digest, size: row.size, storageKey: row.storage_key as StorageKey };
}

function blobs(
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
    async linkedIn(viewer, digest) {
      const row = await db
        .selectFrom('blobs')
        .innerJoin('repository_blobs', 'repository_blobs.digest', 'blobs.digest')
        .innerJoin('repositories', 'repositories.id', 'repository_blobs.repository_id')
        .select(['blobs.digest', 'blobs.size', 'blobs.storage_key'])
        .where('blobs.digest', '=', digest)
        .where((eb) => visible(eb, viewer, 'pull'))
        .limit(1)
        .executeTakeFirst();
      return row && toBlob(row);
    },
    async storedBlob(digest) {
      const row = await db.selectFrom('blobs').select(['digest', 'size', 'storage_key']).where('digest', '=', digest).executeTakeFirst();
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
        .values({ digest: blob.digest, size: blob.size, storage_key: blob.storageKey, state: 'stored', stored_at: at, condemned_at: null })
        .execute();
      return blob;
    },
    async linkBlob(repository, digest, at) {
      await db
        .insertInto('repository_blobs')
        .values({ repository_id: repository.id, digest, linked_at: at, unreferenced_at: at, keep_until: at + keep.afterUploadMs })
        .onConflict((oc) =>
          oc.columns(['repository_id', 'digest']).doUpdateSet({
            keep_until: sql`case when repository_blobs.keep_until is null then null else ${at + keep.afterUploadMs} end`,
          }),
        )
        .execute();
    },
    async unlinkBlob(repository, digest, at) {
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
        .set({ keep_until: sql`case when ${until} < unreferenced_at + ${DAY_MS} then ${until} else unreferenced_at + ${DAY_MS} end` })
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .where('keep_until', 'is not', null)
        .where('keep_until', '<', until)
        .execute();
    },
    async startUpload(upload) {
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
      return Number(row.n);
    },
    async endUpload(id) {
      await db.deleteFrom('uploads').where('id', '=', id).execute();
    },
    async uploadsStartedBefore(at, limit) {
      const rows = await db.selectFrom('uploads').selectAll().where('started_at', '<', at).orderBy('started_at').limit(limit).execute();
      return rows.map(toUpload);
    },
    async uploadKeys() {
      return (await db.selectFrom('uploads').select('storage_key').execute()).map((row) => row.storage_key as StorageKey);
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

function toUpload(row: Schema['uploads']) {
  return {
    id: row.id,
    repositoryId: row.repository_id as RepositoryId,
    principal: row.principal,
    storageKey: row.storage_key as StorageKey,
    algorithm: row.algorithm,
    startedAt: row.started_at,
  };
}

export function* chunks<T>(items: readonly T[], size = CHUNK): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

function toManifest(row: { digest: string; media_type: string; raw: Uint8Array }): StoredManifest {
  return { digest: row.digest as Digest, mediaType: row.media_type, raw: row.raw };
}

function toTag(row: { name: string; digest: string; updated_at: number; updated_by: string }): TagRecord {
  return { name: row.name as Tag, digest: row.digest as Digest, updatedAt: row.updated_at, updatedBy: row.updated_by };
}

function manifests(
  db: Kysely<Schema>,
  keep: KeepTimes,
): Part<
  | 'manifest'
  | 'hasManifest'
  | 'missingManifests'
  | 'putManifest'
  | 'deleteManifest'
  | 'tag'
  | 'tagNames'
  | 'tags'
  | 'tagsOf'
  | 'setTag'
  | 'deleteTag'
  | 'tagHistory'
  | 'referrers'
  | 'parents'
> {
  return {
    async manifest(repository, reference) {
      const digest = 'digest' in reference ? reference.digest : undefined;
      const row =
        digest === undefined && 'tag' in reference
          ? await db
              .selectFrom('tags')
              .innerJoin('manifests', 'manifests.digest', 'tags.digest')
              .select(['manifests.digest', 'manifests.media_type', 'manifests.raw'])
              .where('tags.repository_id', '=', repository.id)
              .where('tags.name', '=', reference.tag)
              .executeTakeFirst()
          : await db
              .selectFrom('repository_manifests')
              .innerJoin('manifests', 'manifests.digest', 'repository_manifests.digest')
              .select(['manifests.digest', 'manifests.media_type', 'manifests.raw'])
              .where('repository_manifests.repository_id', '=', repository.id)
              .where('repository_manifests.digest', '=', digest ?? '')
              .executeTakeFirst();
      return row && toManifest(row);
    },
    async hasManifest(repository, digest) {
      const row = await db
        .selectFrom('repository_manifests')
        .select('digest')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row !== undefined;
    },
    async missingManifests(repository, digests) {
      const wanted = new Set(digests);
      for (const some of chunks([...wanted])) {
        const rows = await db
          .selectFrom('repository_manifests')
          .select('digest')
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .execute();
        for (const row of rows) wanted.delete(row.digest as Digest);
      }
      return [...wanted];
    },
    async putManifest(repository, manifest, by, at) {
      const stored = await db.selectFrom('manifests').select('digest').where('digest', '=', manifest.digest).executeTakeFirst();
      if (!stored) {
        await db
          .insertInto('manifests')
          .values({
            digest: manifest.digest,
            media_type: manifest.mediaType,
            kind: manifest.kind,
            runnable: manifest.runnable ? 1 : 0,
            artifact_type: manifest.artifactType ?? null,
            annotations: JSON.stringify(manifest.annotations),
            size: manifest.raw.length,
            total_size: manifest.totalSize,
            raw: manifest.raw,
          })
          .execute();
        for (const some of chunks(manifest.references))
          await db
            .insertInto('manifest_references')
            .values(some.map((each) => ({ manifest: manifest.digest, target: each.target, kind: each.kind, position: each.position })))
            .execute();
      }
      await db
        .insertInto('repository_manifests')
        .values({ repository_id: repository.id, digest: manifest.digest, subject: manifest.subject ?? null, pushed_at: at, pushed_by: by })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doNothing())
        .execute();
      const needed = manifest.references.filter((each) => each.kind === 'config' || each.kind === 'layer').map((each) => each.target);
      for (const some of chunks(needed))
        await db
          .updateTable('repository_blobs')
          .set({ unreferenced_at: null, keep_until: null })
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .execute();
    },
    async deleteManifest(repository, digest, by, at) {
      const row = await db
        .deleteFrom('repository_manifests')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .returning('digest')
        .executeTakeFirst();
      if (!row) return undefined;
      const tags = await db.deleteFrom('tags').where('repository_id', '=', repository.id).where('digest', '=', digest).returning('name').execute();
      for (const { name } of tags) await addTagChange(db, repository, name, undefined, digest, by, at);
      await releaseBlobs(db, repository, digest, at, keep);
      await forgetManifests(db, [digest]);
      return tags.map((tag) => tag.name as Tag);
    },
    async tag(repository, tag) {
      const row = await db
        .selectFrom('tags')
        .select(['name', 'digest', 'updated_at', 'updated_by'])
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .executeTakeFirst();
      return row && toTag(row);
    },
    async tagNames(repository, page) {
      const rows = await db
        .selectFrom('tags')
        .select('name')
        .where('repository_id', '=', repository.id)
        .where('name', '>', page.after ?? '')
        .orderBy('name')
        .limit(page.limit)
        .execute();
      return rows.map((row) => row.name as Tag);
    },
    async tags(repository, page) {
      const rows = await db
        .selectFrom('tags')
        .innerJoin('manifests', 'manifests.digest', 'tags.digest')
        .select(['tags.name', 'tags.digest', 'tags.updated_at', 'tags.updated_by', 'tags.moves', 'manifests.media_type', 'manifests.kind', 'manifests.total_size'])
        .where('tags.repository_id', '=', repository.id)
        .where('tags.name', '>', page.after ?? '')
        .$if(Boolean(page.search), (query) => query.where('tags.name', 'like', likePattern(page.search)))
        .orderBy('tags.name')
        .limit(page.limit)
        .execute();
      return rows.map((row): TagListItem => ({ ...toTag(row), mediaType: row.media_type, kind: row.kind, size: row.total_size, moves: row.moves }));
    },
    async tagsOf(repository, digest) {
      const rows = await db
        .selectFrom('tags')
        .select('name')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .orderBy('name')
        .execute();
      return rows.map((row) => row.name as Tag);
    },
    async setTag(repository, tag, digest, by, at) {
      const before = await db
        .selectFrom('tags')
        .select(['digest', 'moves'])
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .executeTakeFirst();
      const previous = before?.digest as Digest | undefined;
      if (previous === digest) return { previous };
      const moves = before ? before.moves + 1 : 0;
      await db
        .insertInto('tags')
        .values({ repository_id: repository.id, name: tag, digest, updated_at: at, updated_by: by, moves })
        .onConflict((oc) => oc.columns(['repository_id', 'name']).doUpdateSet({ digest, updated_at: at, updated_by: by, moves }))
        .execute();
      await db.updateTable('repositories').set({ updated_at: at }).where('id', '=', repository.id).execute();
      await addTagChange(db, repository, tag, digest, previous, by, at);
      return { previous };
    },
    async deleteTag(repository, tag, by, at) {
      const row = await db
        .deleteFrom('tags')
        .where('repository_id', '=', repository.id)
        .where('name', '=', tag)
        .returning('digest')
        .executeTakeFirst();
      if (row) await addTagChange(db, repository, tag, undefined, row.digest, by, at);
      return row !== undefined;
    },
    async tagHistory(repository, tag, page) {
      const rows = await db
        .selectFrom('tag_changes')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .where('tag', '=', tag)
        .$if(page.after !== undefined, (query) => query.where('id', '<', page.after ?? ''))
        .orderBy('id', 'desc')
        .limit(page.limit)
        .execute();
      return rows.map((row) => ({
        tag: row.tag as Tag,
        digest: (row.digest ?? undefined) as Digest | undefined,
        previous: (row.previous ?? undefined) as Digest | undefined,
        changedAt: row.changed_at,
        changedBy: row.changed_by,
      }));
    },
    async referrers(repository, subject, page) {
      const rows = await db
        .selectFrom('repository_manifests')
        .innerJoin('manifests', 'manifests.digest', 'repository_manifests.digest')
        .select(['manifests.digest', 'manifests.media_type', 'manifests.size', 'manifests.artifact_type', 'manifests.annotations'])
        .where('repository_manifests.repository_id', '=', repository.id)
        .where('repository_manifests.subject', '=', subject)
        .where('repository_manifests.digest', '>', page.after ?? '')
        .$if(page.artifactType !== undefined, (query) => query.where('manifests.artifact_type', '=', page.artifactType ?? ''))
        .orderBy('repository_manifests.digest')
        .limit(page.limit)
        .execute();
      return rows.map((row): Referrer => ({
        digest: row.digest as Digest,
        mediaType: row.media_type,
        size: row.size,
        artifactType: row.artifact_type ?? undefined,
        annotations: JSON.parse(row.annotations) as Record<string, string>,
      }));
    },
    async parents(repository, digest) {
      const rows = await db
        .selectFrom('manifest_references')
        .innerJoin('repository_manifests', 'repository_manifests.digest', 'manifest_references.manifest')
        .select('manifest_references.manifest')
        .distinct()
        .where('manifest_references.target', '=', digest)
        .where('manifest_references.kind', '=', 'manifest')
        .where('repository_manifests.repository_id', '=', repository.id)
        .execute();
      return rows.map((row) => row.manifest as Digest);
    },
  };
}

async function addTagChange(
  db: Kysely<Schema>,
  repository: Repository,
  tag: string,
  digest: Digest | undefined,
  previous: string | undefined,
  by: string,
  at: number,
): Promise<void> {
  await db
    .insertInto('tag_changes')
    .values({
      id: uuidv7(at),
      repository_id: repository.id,
      tag,
      digest: digest ?? null,
      previous: previous ?? null,
      changed_at: at,
      changed_by: by,
    })
    .execute();
}

/** Blobs that only this manifest needed here start their time of grace. */
async function releaseBlobs(db: Kysely<Schema>, repository: Repository, manifest: Digest, at: number, keep: KeepTimes): Promise<void> {
  await sql`update repository_blobs set unreferenced_at = ${at}, keep_until = ${at + keep.afterDeleteMs}
    where repository_id = ${repository.id} and unreferenced_at is null
      and digest in (select target from manifest_references where manifest = ${manifest} and kind in ('config', 'layer'))
      and not exists (select 1 from manifest_references other
        join repository_manifests held on held.digest = other.manifest
        where other.target = repository_blobs.digest and other.kind in ('config', 'layer') and held.repository_id = ${repository.id})`.execute(db);
}

/** Drops the content of manifests that no repository holds, and what was found in them. */
async function forgetManifests(db: Kysely<Schema>, digests: readonly string[]): Promise<void> {
  for (const some of chunks(digests)) {
    const held = await db.selectFrom('repository_manifests').select('digest').where('digest', 'in', some).execute();
    const kept = new Set(held.map((row) => row.digest));
    const gone = some.filter((digest) => !kept.has(digest));
    if (gone.length === 0) continue;
    await db.deleteFrom('manifests').where('digest', 'in', gone).execute();
    for (const table of ['manifest_references', 'image_packages', 'image_analyses', 'image_judgements'] as const)
      await db.deleteFrom(table).where('manifest', 'in', gone).execute();
  }
}

async function condemnUnlinked(db: Kysely<Schema>, digests: readonly string[], at: number): Promise<number> {
  let count = 0;
  for (const some of chunks(digests)) {
    const rows = await db
      .updateTable('blobs')
      .set({ state: 'condemned', condemned_at: at })
      .where('digest', 'in', some)
      .where('state', '=', 'stored')
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('repository_blobs').select('repository_blobs.digest').whereRef('repository_blobs.digest', '=', 'blobs.digest'))),
      )
      .returning('digest')
      .execute();
    count += rows.length;
  }
  return count;
}

function garbage(db: Kysely<Schema>): Part<'condemnUnreferenced' | 'condemnedBefore' | 'forgetBlob' | 'blobs'> {
  return {
    async condemnUnreferenced(at, limit) {
      const due = await db
        .selectFrom('repository_blobs')
        .select(['repository_id', 'digest'])
        .where('keep_until', 'is not', null)
        .where('keep_until', '<=', at)
        .limit(limit)
        .execute();
      for (const link of due)
        await db.deleteFrom('repository_blobs').where('repository_id', '=', link.repository_id).where('digest', '=', link.digest).execute();
      await condemnUnlinked(db, due.map((row) => row.digest), at);
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
    async forgetBlob(digest, storageKey) {
      const row = await db
        .deleteFrom('blobs')
        .where('digest', '=', digest)
        .where('storage_key', '=', storageKey)
        .where('state', '=', 'condemned')
        .returning('digest')
        .executeTakeFirst();
      return row !== undefined;
    },
    async blobs(page: Page) {
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

function pulls(db: Kysely<Schema>): Part<'addPulls' | 'pulls'> {
  return {
    async addPulls(repositoryId, counts) {
      for (const each of counts)
        await db
          .insertInto('pulls')
          .values({ repository_id: repositoryId, digest: each.digest, tag: each.tag, day: each.day, count: each.count })
          .onConflict((oc) =>
            oc.columns(['repository_id', 'digest', 'tag', 'day']).doUpdateSet({ count: sql`pulls.count + ${each.count}` }),
          )
          .execute();
    },
    async pulls(repository, digest) {
      const rows = await db
        .selectFrom('pulls')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .orderBy('day', 'desc')
        .execute();
      return rows.map((row) => ({ digest: row.digest as Digest, tag: row.tag, day: row.day, count: Number(row.count) }));
    },
  };
}
