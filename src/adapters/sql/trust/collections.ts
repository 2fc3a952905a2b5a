import { type Kysely, sql } from 'kysely';
import type { RepositoryName } from '../../../oci/names.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { Collection, TrustRecords } from '../../../ports/trust-records.ts';
import { preparedRows } from '../prepared.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof TrustRecords> = Pick<TrustRecords, K>;

export function trustCollections(
  db: Kysely<Schema>,
): Part<
  | 'collection'
  | 'collections'
  | 'createCollection'
  | 'deleteCollection'
  | 'addServerKey'
  | 'serverKeys'
  | 'addChange'
  | 'changes'
  | 'dueForRenewal'
> {
  const heldKeys = preparedRows(
    db,
    db.selectFrom('trust_server_keys').selectAll().where('gun', '=', '').orderBy('created_at').compile(),
  );
  return {
    async collection(repository, gun) {
      const row = await db
        .selectFrom('trust_collections')
        .selectAll()
        .where('gun', '=', gun)
        .where('repository_id', '=', repository.id)
        .executeTakeFirst();
      return row && toCollection(row);
    },
    async collections(repository) {
      const rows = await db
        .selectFrom('trust_collections')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .orderBy('gun')
        .execute();
      return rows.map(toCollection);
    },
    async createCollection(repository, gun, at) {
      await db.insertInto('trust_collections').values({ gun, repository_id: repository.id, created_at: at }).execute();
    },
    async deleteCollection(repository, gun) {
      const row = await db
        .deleteFrom('trust_collections')
        .where('gun', '=', gun)
        .where('repository_id', '=', repository.id)
        .returning('gun')
        .executeTakeFirst();
      if (!row) return false;
      for (const table of ['trust_files', 'trust_signed_tags', 'trust_standings'] as const)
        await db.deleteFrom(table).where('gun', '=', gun).execute();
      return true;
    },
    async addServerKey(key) {
      await db
        .insertInto('trust_server_keys')
        .values({
          fingerprint: key.fingerprint,
          gun: key.gun,
          role: key.role,
          spki: key.spki,
          created_at: key.createdAt,
        })
        .onConflict((oc) => oc.column('fingerprint').doNothing())
        .execute();
    },
    async serverKeys(gun) {
      return (await heldKeys(gun)).map((row) => ({
        gun: row.gun,
        role: row.role,
        fingerprint: row.fingerprint,
        spki: row.spki,
        createdAt: row.created_at,
      }));
    },
    async addChange(change) {
      await sql`insert into trust_changes (id, at, gun, version, sha256, category)
        select coalesce(max(id), 0) + 1, ${change.at}, ${change.gun}, ${change.version}, ${change.sha256},
          ${change.category} from trust_changes`.execute(db);
    },
    async changes({ gun, after, before, limit }) {
      const rows = await db
        .selectFrom('trust_changes')
        .selectAll()
        .$if(gun !== undefined, (query) => query.where('gun', '=', gun ?? ''))
        .$if(after !== undefined, (query) => query.where('id', '>', after ?? 0))
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
        .orderBy('id', before === undefined ? 'asc' : 'desc')
        .limit(limit)
        .execute();
      return before === undefined ? rows : rows.reverse();
    },
    async dueForRenewal(instant, limit) {
      const rows = await db
        .selectFrom('trust_files')
        .innerJoin('trust_collections', 'trust_collections.gun', 'trust_files.gun')
        .innerJoin('repositories', 'repositories.id', 'trust_collections.repository_id')
        .select(['trust_files.gun', 'repositories.name', 'trust_files.dialect'])
        .distinct()
        .where((eb) =>
          eb.or([
            eb.and([eb('role', '=', 'timestamp'), eb('expires', '<', instant.timestamp)]),
            eb.and([eb('role', '=', 'snapshot'), eb('expires', '<', instant.snapshot)]),
          ]),
        )
        .where((eb) =>
          eb(
            'version',
            '=',
            eb
              .selectFrom('trust_files as newer')
              .select((each) => each.fn.max('newer.version').as('newest'))
              .whereRef('newer.gun', '=', 'trust_files.gun')
              .whereRef('newer.dialect', '=', 'trust_files.dialect')
              .whereRef('newer.role', '=', 'trust_files.role'),
          ),
        )
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        gun: row.gun,
        repositoryName: row.name as RepositoryName,
        dialect: row.dialect,
      }));
    },
  };
}

function toCollection(row: Schema['trust_collections']): Collection {
  return { gun: row.gun, repositoryId: row.repository_id as RepositoryId, createdAt: row.created_at };
}
