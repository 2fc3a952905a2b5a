import type { Kysely } from 'kysely';
import { actionsOfMask, maskOf } from '../../../access/roles.ts';
import type { RepositoryName } from '../../../oci/names.ts';
import { organisationOf } from '../../../oci/names.ts';
import type { Grant, GrantRecords } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';

const TEAM = 'team:';

export function grants(db: Kysely<Schema>): GrantRecords {
  const subjectOf = async (
    subject: Grant['subject'],
  ): Promise<{ kind: 'repository' | 'organisation'; value: string; organisation: string } | undefined> => {
    if ('organisation' in subject)
      return { kind: 'organisation', value: subject.organisation, organisation: subject.organisation };
    const row = await db
      .selectFrom('repositories')
      .select(['id', 'organisation'])
      .where('name', '=', subject.repository)
      .executeTakeFirst();
    return row && { kind: 'repository', value: row.id, organisation: row.organisation };
  };
  const principalOf = async (name: string, organisation: string): Promise<string | undefined> => {
    if (!name.startsWith(TEAM))
      return (await db.selectFrom('accounts').select('id').where('name', '=', name).executeTakeFirst())?.id;
    const row = await db
      .selectFrom('teams')
      .select('id')
      .where('organisation', '=', organisation)
      .where('name', '=', name.slice(TEAM.length))
      .executeTakeFirst();
    return row?.id;
  };

  return {
    async grant(grant) {
      const subject = await subjectOf(grant.subject);
      const principal = subject && (await principalOf(grant.principal, subject.organisation));
      if (!principal) return;
      const given = { role: grant.role, actions: maskOf(grant.actions) };
      await db
        .insertInto('grants')
        .values({
          principal,
          principal_kind: grant.principal.startsWith(TEAM) ? 'team' : 'account',
          subject_kind: subject.kind,
          subject: subject.value,
          ...given,
        })
        .onConflict((oc) => oc.columns(['principal', 'subject_kind', 'subject']).doUpdateSet(given))
        .execute();
    },
    async revokeGrant(grant) {
      const subject = await subjectOf(grant.subject);
      const principal = subject && (await principalOf(grant.principal, subject.organisation));
      if (!principal) return false;
      const row = await db
        .deleteFrom('grants')
        .where('principal', '=', principal)
        .where('subject_kind', '=', subject.kind)
        .where('subject', '=', subject.value)
        .returning('role')
        .executeTakeFirst();
      return row !== undefined;
    },
    async grants(filter) {
      const organisation = filter.repository === undefined ? filter.organisation : organisationOf(filter.repository);
      const rows = await db
        .selectFrom('grants')
        .leftJoin('accounts', 'accounts.id', 'grants.principal')
        .leftJoin('teams', 'teams.id', 'grants.principal')
        .leftJoin('repositories', (join) =>
          join.onRef('repositories.id', '=', 'grants.subject').on('grants.subject_kind', '=', 'repository'),
        )
        .select([
          'accounts.name as account',
          'teams.name as team',
          'grants.role',
          'grants.actions',
          'grants.subject_kind',
          'grants.subject',
          'repositories.name as repository',
        ])
        .$if(filter.account !== undefined, (query) => query.where('accounts.name', '=', filter.account ?? ''))
        .$if(organisation !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              ...(filter.repository === undefined ? [] : [eb('repositories.name', '=', filter.repository)]),
              eb.and([eb('grants.subject_kind', '=', 'organisation'), eb('grants.subject', '=', organisation ?? '')]),
            ]),
          ),
        )
        .orderBy('accounts.name')
        .orderBy('teams.name')
        .execute();
      return rows.flatMap((row): Grant[] => {
        const principal = row.account ?? (row.team === null ? undefined : TEAM + row.team);
        if (principal === undefined) return [];
        const given = { principal, role: row.role, actions: actionsOfMask(row.actions) };
        if (row.subject_kind === 'organisation') return [{ ...given, subject: { organisation: row.subject } }];
        return row.repository === null ? [] : [{ ...given, subject: { repository: row.repository as RepositoryName } }];
      });
    },
  };
}
