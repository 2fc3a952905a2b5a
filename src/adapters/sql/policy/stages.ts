import type { Kysely } from 'kysely';
import type { Digest } from '../../../oci/digest.ts';
import type { OrganisationHold, PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
import { visible } from '../visible.ts';
import { countUp } from './revisions.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

function toHold({ digest, by_whom, reason, at }: Schema['organisation_holds']): OrganisationHold {
  return { digest: digest as Digest, by: by_whom, reason, at };
}

export function organisationHolds(
  db: Kysely<Schema>,
): Part<'organisationHolds' | 'setOrganisationHold' | 'removeOrganisationHold'> {
  return {
    async organisationHolds(organisation) {
      const rows = await db
        .selectFrom('organisation_holds')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('digest')
        .execute();
      return rows.map(toHold);
    },
    async setOrganisationHold(organisation, { digest, by, reason, at }) {
      const values = { by_whom: by, reason, at };
      await db
        .insertInto('organisation_holds')
        .values({ organisation, digest, ...values })
        .onConflict((oc) => oc.columns(['organisation', 'digest']).doUpdateSet(values))
        .execute();
      await countUp(db, organisation);
    },
    async removeOrganisationHold(organisation, digest) {
      const row = await db
        .deleteFrom('organisation_holds')
        .where('organisation', '=', organisation)
        .where('digest', '=', digest)
        .returningAll()
        .executeTakeFirst();
      if (row) await countUp(db, organisation);
      return row && toHold(row);
    },
  };
}

export function stages(db: Kysely<Schema>): Part<'putStage' | 'stages'> {
  return {
    async putStage(repository, { digest, tag, stage, waitsFor }, at) {
      const before = await db
        .selectFrom('image_stages')
        .select('stage')
        .where('repository_id', '=', repository.id)
        .where('digest', '=', digest)
        .executeTakeFirst();
      const same = before?.stage === stage;
      const values = { tag, stage, waits_for: waitsFor, ...(!same && { since: at }) };
      await db
        .insertInto('image_stages')
        .values({ repository_id: repository.id, digest, tag, stage, waits_for: waitsFor, since: at })
        .onConflict((oc) => oc.columns(['repository_id', 'digest']).doUpdateSet(values))
        .execute();
      return same ? undefined : (before?.stage ?? 'new');
    },
    async stages(viewer, { after, limit, stage, organisation, repository }) {
      const rows = await db
        .selectFrom('image_stages')
        .innerJoin('repositories', 'repositories.id', 'image_stages.repository_id')
        .selectAll('image_stages')
        .select('repositories.name')
        .where((eb) => visible(eb, viewer, 'pull'))
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('tags')
              .select('tags.name')
              .whereRef('tags.repository_id', '=', 'image_stages.repository_id')
              .whereRef('tags.digest', '=', 'image_stages.digest'),
          ),
        )
        .$if(stage !== undefined, (query) => query.where('stage', '=', stage ?? 'held'))
        .$if(organisation !== undefined, (query) => query.where('repositories.organisation', '=', organisation ?? ''))
        .$if(repository !== undefined, (query) => query.where('repositories.name', '=', repository ?? ''))
        .$if(after !== undefined, (query) => {
          const [since, name = '', digest = ''] = (after ?? '').split(' ');
          return query.where((eb) =>
            eb.or([
              eb('since', '<', Number(since)),
              eb.and([eb('since', '=', Number(since)), eb('repositories.name', '>', name)]),
              eb.and([
                eb('since', '=', Number(since)),
                eb('repositories.name', '=', name),
                eb('image_stages.digest', '>', digest),
              ]),
            ]),
          );
        })
        .orderBy('since', 'desc')
        .orderBy('repositories.name')
        .orderBy('image_stages.digest')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        repository: row.name,
        digest: row.digest as Digest,
        tag: row.tag,
        stage: row.stage,
        since: row.since,
        waitsFor: row.waits_for,
      }));
    },
  };
}
