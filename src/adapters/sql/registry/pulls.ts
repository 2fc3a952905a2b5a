import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RegistryRecords } from '../../../ports/registry-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof RegistryRecords> = Pick<RegistryRecords, K>;

export function pulls(db: Kysely<Schema>): Part<'addPulls' | 'pulls'> {
  return {
    async addPulls(repositoryId, counts) {
      for (const each of counts)
        await db
          .insertInto('pulls')
          .values({ repository_id: repositoryId, digest: each.digest, tag: each.tag, day: each.day, count: each.count })
          .onConflict((oc) =>
            oc
              .columns(['repository_id', 'digest', 'tag', 'day'])
              .doUpdateSet({ count: sql`pulls.count + ${each.count}` }),
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
      return rows.map((row) => ({
        digest: row.digest as Digest,
        tag: row.tag,
        day: row.day,
        count: row.count,
      }));
    },
  };
}
