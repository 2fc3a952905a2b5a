import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { ImageRelease, PolicyRecords } from '../../../ports/policy-records.ts';
import { organisationOf } from '../../../oci/names.ts';
import { prepared } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { countUp } from './revisions.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

function toRelease(row: Schema['image_releases']): ImageRelease {
  return { state: row.state, by: row.by_whom, reason: row.reason, at: row.at };
}

export function releases(db: Kysely<Schema>): Part<'holdsAny' | 'release' | 'setRelease' | 'releases'> {
  const one = prepared(
    db,
    db.selectFrom('image_releases').selectAll().where('repository_id', '=', '').where('digest', '=', '').compile(),
  );
  return {
    async holdsAny(organisation) {
      const row = await db
        .selectFrom('image_releases')
        .innerJoin('repositories', 'repositories.id', 'image_releases.repository_id')
        .select('image_releases.digest')
        .where('repositories.organisation', '=', organisation)
        .where('state', '=', 'held')
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async release(repository, digest) {
      const row = await one(repository.id, digest);
      return row && toRelease(row);
    },
    async setRelease(repository, digest, { state, by, reason, at }) {
      const values = { state, by_whom: by, reason, at };
      await db
        .insertInto('image_releases')
        .values({ repository_id: repository.id, digest, ...values })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doUpdateSet(values))
        .execute();
      await countUp(db, organisationOf(repository.name));
    },
    async releases(viewer, { after, limit, state }) {
      const rows = await db
        .selectFrom('image_releases')
        .innerJoin('repositories', 'repositories.id', 'image_releases.repository_id')
        .selectAll('image_releases')
        .select('repositories.name')
        .where((eb) => visible(eb, viewer, 'pull'))
        .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'held'))
        .$if(after !== undefined, (query) => {
          const [at, name = '', digest = ''] = (after ?? '').split(' ');
          return query.where((eb) =>
            eb.or([
              eb('at', '<', Number(at)),
              eb.and([eb('at', '=', Number(at)), eb('repositories.name', '>', name)]),
              eb.and([eb('at', '=', Number(at)), eb('repositories.name', '=', name), eb('digest', '>', digest)]),
            ]),
          );
        })
        .orderBy('at', 'desc')
        .orderBy('repositories.name')
        .orderBy('digest')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...toRelease(row), repository: row.name, digest: row.digest as Digest }));
    },
  };
}
