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
  const { state, by_whom, reason, at, intake } = row;
  return { state, by: by_whom, reason, at, ...(intake === 1 && { intake: true }) };
}

export function releases(
  db: Kysely<Schema>,
): Part<'holdsAny' | 'release' | 'setRelease' | 'clearRelease' | 'releases'> {
  const one = prepared(
    db,
    db.selectFrom('image_releases').selectAll().where('repository_id', '=', '').where('digest', '=', '').compile(),
  );
  const everywhere = prepared(
    db,
    db.selectFrom('organisation_holds').selectAll().where('organisation', '=', '').where('digest', '=', '').compile(),
  );
  return {
    async holdsAny(organisation) {
      const everywhere = await db
        .selectFrom('organisation_holds')
        .select('digest')
        .where('organisation', '=', organisation)
        .limit(1)
        .executeTakeFirst();
      if (everywhere) return true;
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
      const held = await everywhere(organisationOf(repository.name), digest);
      if (held) return { state: 'held', by: held.by_whom, reason: held.reason, at: held.at, everywhere: true };
      const row = await one(repository.id, digest);
      return row && toRelease(row);
    },
    async setRelease(repository, digest, { state, by, reason, at, intake }) {
      const values = { state, by_whom: by, reason, at, intake: intake ? 1 : 0 };
      await db
        .insertInto('image_releases')
        .values({ repository_id: repository.id, digest, ...values })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doUpdateSet(values))
        .execute();
      await countUp(db, organisationOf(repository.name));
    },
    async clearRelease(repository, digest) {
      await db
        .deleteFrom('image_releases')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
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
