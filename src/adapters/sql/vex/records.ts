import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryId } from '../../../ports/registry-records.ts';
import type { StoredStatement, VexRecords } from '../../../ports/vex-records.ts';
import { chunks } from '../chunks.ts';
import type { Schema } from '../schema.ts';

function toStatement(row: Schema['vex_statements']): StoredStatement {
  const body = JSON.parse(row.body) as StoredStatement;
  return row.withdrawn_at === null
    ? body
    : { ...body, withdrawn: { by: row.withdrawn_by ?? '', at: row.withdrawn_at } };
}

export function vexRecords(db: Kysely<Schema>): VexRecords {
  return {
    async add(repository, statements) {
      const rows = statements.map((each) => ({
        id: each.id,
        repository_id: repository.id,
        digest: each.digest,
        body: JSON.stringify(each),
        recorded_at: each.recordedAt,
        withdrawn_at: null,
        withdrawn_by: null,
      }));
      for (const some of chunks(rows, 100)) await db.insertInto('vex_statements').values(some).execute();
    },
    async statements(repository, digest) {
      const rows = await db
        .selectFrom('vex_statements')
        .selectAll()
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .orderBy('recorded_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toStatement);
    },
    async inForce(repository, digests) {
      const found: StoredStatement[] = [];
      for (const some of chunks(digests)) {
        const rows = await db
          .selectFrom('vex_statements')
          .selectAll()
          .where('repository_id', '=', repository.id)
          .where('digest', 'in', some)
          .where('withdrawn_at', 'is', null)
          .orderBy('id')
          .execute();
        found.push(...rows.map(toStatement));
      }
      return found;
    },
    async spokenIn(repositories) {
      const found = new Set<RepositoryId>();
      for (const some of chunks(repositories)) {
        const rows = await db
          .selectFrom('vex_statements')
          .select('repository_id')
          .distinct()
          .where('repository_id', 'in', some)
          .where('withdrawn_at', 'is', null)
          .execute();
        for (const row of rows) found.add(row.repository_id as RepositoryId);
      }
      return found;
    },
    async withdraw(repository, digest, id, by, at) {
      const row = await db
        .updateTable('vex_statements')
        .set({ withdrawn_at: at, withdrawn_by: by })
        .where('id', '=', id)
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .where('withdrawn_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      return row !== undefined;
    },
    async published(repository, digest) {
      const row = await db
        .selectFrom('vex_published')
        .select('manifest')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row && (row.manifest as Digest);
    },
    async setPublished(repository, digest, manifest) {
      const of = { repository_id: repository.id, digest };
      if (manifest === undefined)
        await db
          .deleteFrom('vex_published')
          .where('repository_id', '=', repository.id)
          .where('digest', '=', digest)
          .execute();
      else
        await db
          .insertInto('vex_published')
          .values({ ...of, manifest })
          .onConflict((oc) => oc.columns(['repository_id', 'digest']).doUpdateSet({ manifest }))
          .execute();
    },
  };
}
