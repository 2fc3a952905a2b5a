import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { RepositoryName } from '../../../oci/names.ts';
import type { PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';

export function pullHistory(db: Kysely<Schema>): Pick<PolicyRecords, 'pullsSince'> {
  return {
    async pullsSince(viewer, { since, limit, organisation, repository }) {
      const rows = await db
        .selectFrom('pulls')
        .innerJoin('repositories', 'repositories.id', 'pulls.repository_id')
        .select((eb) => [
          'repositories.name',
          'pulls.digest',
          'pulls.tag',
          eb.fn.sum<number>('pulls.count').as('pulls'),
          eb.fn.max('pulls.day').as('lastDay'),
        ])
        .where((eb) => visible(eb, viewer, 'pull'))
        .where('pulls.day', '>=', since)
        .$if(organisation !== undefined, (query) => query.where('repositories.organisation', '=', organisation ?? ''))
        .$if(repository !== undefined, (query) => query.where('repositories.name', '=', repository ?? ''))
        .groupBy(['repositories.name', 'pulls.digest', 'pulls.tag'])
        .orderBy('pulls', 'desc')
        .orderBy('repositories.name')
        .orderBy('pulls.digest')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        repository: row.name as RepositoryName,
        digest: row.digest as Digest,
        tag: row.tag === '' ? undefined : row.tag,
        pulls: row.pulls,
        lastDay: row.lastDay,
      }));
    },
  };
}
