import { type Kysely, sql } from 'kysely';
import type { OrganisationRecords, Team } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';

type Part<K extends keyof OrganisationRecords> = Pick<OrganisationRecords, K>;

function toTeam(row: Schema['teams']): Team {
  return {
    id: row.id,
    organisation: row.organisation,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
  };
}

export function teams(
  db: Kysely<Schema>,
): Part<
  | 'teams'
  | 'team'
  | 'createTeam'
  | 'deleteTeam'
  | 'teamMembers'
  | 'addTeamMember'
  | 'removeTeamMember'
  | 'teamsOf'
  | 'setMemberships'
> {
  return {
    async teams(organisation) {
      const rows = await db
        .selectFrom('teams')
        .selectAll()
        .select(
          sql<number | string>`(select count(distinct account_id) from team_members where team_id = teams.id)`.as(
            'members',
          ),
        )
        .where('organisation', '=', organisation)
        .orderBy('name')
        .execute();
      return rows.map((row) => ({ ...toTeam(row), members: Number(row.members) }));
    },
    async team(organisation, name) {
      const row = await db
        .selectFrom('teams')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .executeTakeFirst();
      return row && toTeam(row);
    },
    async createTeam(team) {
      await db
        .insertInto('teams')
        .values({
          id: team.id,
          organisation: team.organisation,
          name: team.name,
          description: team.description,
          created_at: team.createdAt,
        })
        .execute();
    },
    async deleteTeam(team) {
      await db.deleteFrom('grants').where('principal', '=', team.id).execute();
      await db.deleteFrom('team_members').where('team_id', '=', team.id).execute();
      await db.deleteFrom('teams').where('id', '=', team.id).execute();
    },
    async teamMembers(team) {
      const rows = await db
        .selectFrom('team_members')
        .innerJoin('accounts', 'accounts.id', 'team_members.account_id')
        .select(['accounts.name', 'team_members.source'])
        .where('team_members.team_id', '=', team.id)
        .orderBy('accounts.name')
        .execute();
      return [...Map.groupBy(rows, (row) => row.name)].map(([account, some]) => ({
        account,
        sources: some.map((row) => row.source),
      }));
    },
    async addTeamMember(team, accountId) {
      await db
        .insertInto('team_members')
        .values({ team_id: team.id, account_id: accountId, source: 'local' })
        .onConflict((oc) => oc.doNothing())
        .execute();
    },
    async removeTeamMember(team, accountId) {
      const row = await db
        .deleteFrom('team_members')
        .where('team_id', '=', team.id)
        .where('account_id', '=', accountId)
        .where('source', '=', 'local')
        .returning('source')
        .executeTakeFirst();
      return row !== undefined;
    },
    async teamsOf(accountId) {
      const rows = await db
        .selectFrom('teams')
        .selectAll()
        .where('id', 'in', (eb) => eb.selectFrom('team_members').select('team_id').where('account_id', '=', accountId))
        .orderBy('organisation')
        .orderBy('name')
        .execute();
      return rows.map(toTeam);
    },
    async setMemberships(accountId, source, teamIds) {
      const present = await db
        .selectFrom('team_members')
        .select('team_id')
        .where('account_id', '=', accountId)
        .where('source', '=', source)
        .execute();
      const before = new Set(present.map((row) => row.team_id));
      const wanted = new Set(teamIds);
      for (const id of before)
        if (!wanted.has(id))
          await db
            .deleteFrom('team_members')
            .where('team_id', '=', id)
            .where('account_id', '=', accountId)
            .where('source', '=', source)
            .execute();
      for (const id of wanted)
        if (!before.has(id))
          await db.insertInto('team_members').values({ team_id: id, account_id: accountId, source }).execute();
      return before.size !== wanted.size || [...wanted].some((id) => !before.has(id));
    },
  };
}
