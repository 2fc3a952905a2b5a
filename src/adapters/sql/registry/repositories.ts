import { type Kysely, sql } from 'kysely';
import { type Action, actionsOfMask, allActions } from '../../../access/roles.ts';
import { leaves, type Viewer } from '../../../access/viewer.ts';
import type { Digest } from '../../../oci/digest.ts';
import { organisationOf, type RepositoryName, type Tag } from '../../../oci/names.ts';
import type { RegistryRecords, Repository, RepositoryId, RepositoryListItem } from '../../../ports/registry-records.ts';
import { contains } from '../contains.ts';
import { prepared, preparedRows } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { principals, visible } from '../visible.ts';
import { condemnUnlinked, forgetManifests } from './garbage.ts';
import { noteRemovals } from './removals.ts';
import { noteUsage } from './usage.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function repositories(
  db: Kysely<Schema>,
): Part<
  | 'repository'
  | 'nameNow'
  | 'renameRepository'
  | 'forgetFormerNames'
  | 'repositoryNameById'
  | 'repositoryNames'
  | 'repositories'
  | 'countRepositories'
  | 'mayCreate'
  | 'organisationExists'
  | 'createOrganisation'
  | 'createRepository'
  | 'updateRepository'
  | 'deleteRepository'
> {
  const byName = prepared(db, db.selectFrom('repositories').selectAll().where('name', '=', '').compile());
  const granted = preparedRows(
    db,
    db
      .selectFrom('grants')
      .select('actions')
      .where(sql<boolean>`principal in (${principals('')})`)
      .where((eb) =>
        eb.or([
          eb.and([eb('subject_kind', '=', 'repository'), eb('subject', '=', '')]),
          eb.and([eb('subject_kind', '=', 'organisation'), eb('subject', '=', '')]),
        ]),
      )
      .compile(),
  );
  /** What a grant of the account, or of a team that it is in, allows on the repository or in its organisation. */
  const grantedTo: GrantedTo = async (accountId, { id, organisation }) => {
    const rows = await granted(accountId, accountId, 'repository', id, 'organisation', organisation);
    return rows.flatMap((each) => actionsOfMask(each.actions));
  };
  const byFormerName = prepared(
    db,
    db
      .selectFrom('repository_former_names')
      .innerJoin('repositories', 'repositories.id', 'repository_former_names.repository_id')
      .select('repositories.name')
      .where('repository_former_names.name', '=', '')
      .compile(),
  );
  return {
    async repository(viewer, name) {
      const row = await byName(name);
      if (!row) return undefined;
      const rights = await rightsOn(grantedTo, viewer, row);
      return rights.size === 0 ? undefined : toRepository(row, rights);
    },
    async nameNow(former) {
      return (await byFormerName(former))?.name as RepositoryName | undefined;
    },
    async renameRepository(repository, name, until) {
      await db.deleteFrom('repository_former_names').where('name', '=', name).execute();
      await db
        .insertInto('repository_former_names')
        .values({ name: repository.name, repository_id: repository.id, until })
        .onConflict((oc) => oc.column('name').doUpdateSet({ repository_id: repository.id, until }))
        .execute();
      await db.updateTable('repositories').set({ name }).where('id', '=', repository.id).execute();
    },
    async forgetFormerNames(before) {
      await db.deleteFrom('repository_former_names').where('until', '<=', before).execute();
    },
    async repositoryNameById(viewer, id) {
      const row = await db
        .selectFrom('repositories')
        .select('name')
        .where('id', '=', id)
        .where((eb) => visible(eb, viewer, 'pull'))
        .executeTakeFirst();
      return row?.name as RepositoryName | undefined;
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
          eb
            .selectFrom('tags')
            .whereRef('tags.repository_id', '=', 'repositories.id')
            .select(eb.fn.countAll<number>().as('n'))
            .as('tag_count'),
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
        .$if(Boolean(page.search), (query) => query.where(contains('name', page.search)))
        .orderBy('name')
        .limit(page.limit)
        .execute();
      return rows.map(
        (row): RepositoryListItem => ({
          id: row.id as RepositoryId,
          name: row.name as RepositoryName,
          visibility: row.visibility,
          description: row.description,
          tagCount: row.tag_count ?? 0,
          updatedAt: row.updated_at,
          newest:
            row.newest_tag && row.newest_digest
              ? { tag: row.newest_tag as Tag, digest: row.newest_digest as Digest }
              : undefined,
        }),
      );
    },
    async countRepositories(viewer, search) {
      const row = await db
        .selectFrom('repositories')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(Boolean(search), (query) => query.where(contains('name', search)))
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async mayCreate(viewer, name) {
      if (viewer.kind !== 'account') return viewer.kind === 'system';
      if (!leaves(viewer, name, 'push')) return false;
      if (viewer.administrator) return true;
      const rows = await db
        .selectFrom('grants')
        .select('actions')
        .where('subject_kind', '=', 'organisation')
        .where('subject', '=', organisationOf(name))
        .where(sql<boolean>`principal in (${principals(viewer.accountId)})`)
        .execute();
      return rows.some((row) => actionsOfMask(row.actions).includes('push'));
    },
    async organisationExists(organisation) {
      return (
        (await db.selectFrom('organisations').select('name').where('name', '=', organisation).executeTakeFirst()) !==
        undefined
      );
    },
    async createOrganisation(name, at) {
      await db
        .insertInto('organisations')
        .values({ name, created_at: at, description: '', max_bytes: null })
        .onConflict((oc) => oc.doNothing())
        .execute();
    },
    async createRepository({ id, name, visibility, description, createdAt }) {
      await db
        .insertInto('repositories')
        .values({
          id,
          name,
          organisation: organisationOf(name),
          visibility,
          description,
          created_at: createdAt,
          updated_at: createdAt,
        })
        .execute();
    },
    async updateRepository(repository, change) {
      if (change.visibility === undefined && change.description === undefined) return;
      await db
        .updateTable('repositories')
        .set({
          ...(change.visibility && { visibility: change.visibility }),
          ...(change.description !== undefined && { description: change.description }),
        })
        .where('id', '=', repository.id)
        .execute();
    },
    async deleteRepository(repository, at) {
      const digests = await db
        .selectFrom('repository_manifests')
        .select('digest')
        .where('repository_id', '=', repository.id)
        .execute();
      const linked = await db
        .selectFrom('repository_blobs')
        .select('digest')
        .where('repository_id', '=', repository.id)
        .execute();
      const uploads = await db
        .selectFrom('uploads')
        .select('storage_key')
        .where('repository_id', '=', repository.id)
        .execute();
      await noteRemovals(
        db,
        uploads.map((row) => row.storage_key),
        at,
      );
      await noteUsage(db, -1, { repositoryId: repository.id }, at);
      for (const table of [
        'tags',
        'tag_rules',
        'image_consumers',
        'subscriptions',
        'tag_changes',
        'image_releases',
        'vex_statements',
        'vex_published',
        'policy_denials',
        'image_health',
        'image_stages',
        'pulls',
        'uploads',
        'repository_blobs',
        'repository_manifests',
        'repository_former_names',
      ] as const)
        await db.deleteFrom(table).where('repository_id', '=', repository.id).execute();
      await db
        .deleteFrom('deliveries')
        .where('webhook_id', 'in', (eb) =>
          eb.selectFrom('webhooks').select('id').where('repository_id', '=', repository.id),
        )
        .execute();
      await db.deleteFrom('webhooks').where('repository_id', '=', repository.id).execute();
      await db
        .deleteFrom('grants')
        .where('subject_kind', '=', 'repository')
        .where('subject', '=', repository.id)
        .execute();
      await db.deleteFrom('repositories').where('id', '=', repository.id).execute();
      await forgetManifests(
        db,
        digests.map((row) => row.digest),
      );
      await condemnUnlinked(
        db,
        linked.map((row) => row.digest),
        at,
      );
    },
  };
}

export function toRepository(row: Schema['repositories'], rights: ReadonlySet<Action>): Repository {
  return {
    id: row.id as RepositoryId,
    name: row.name as RepositoryName,
    visibility: row.visibility,
    description: row.description,
    createdAt: row.created_at,
    rights,
  };
}

type GrantedTo = (accountId: string, row: Schema['repositories']) => Promise<readonly Action[]>;

async function rightsOn(grantedTo: GrantedTo, viewer: Viewer, row: Schema['repositories']): Promise<Set<Action>> {
  const rights = new Set<Action>();
  if (viewer.kind === 'system' || (viewer.kind === 'account' && viewer.administrator))
    for (const action of allActions) rights.add(action);
  else {
    if (row.visibility === 'public') rights.add('pull');
    if (viewer.kind === 'account') {
      for (const action of await grantedTo(viewer.accountId, row)) rights.add(action);
    }
  }
  for (const action of rights) if (!leaves(viewer, row.name as RepositoryName, action)) rights.delete(action);
  return rights;
}
