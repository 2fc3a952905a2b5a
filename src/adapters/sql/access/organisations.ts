import { type Kysely, sql } from 'kysely';
import { type Action, actionsOfMask, allActions, maskOf } from '../../../access/roles.ts';
import type { Viewer } from '../../../access/viewer.ts';
import type { Organisation, OrganisationRecords } from '../../../ports/access-records.ts';
import type { Schema } from '../schema.ts';
import { principals } from '../visible.ts';

type Part<K extends keyof OrganisationRecords> = Pick<OrganisationRecords, K>;

/** Counters of one organisation beyond which they are added up. */
const MANY_COUNTERS = 200;

function toOrganisation(row: Schema['organisations']): Organisation {
  return {
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    maxBytes: row.max_bytes ?? undefined,
  };
}

export function organisations(
  db: Kysely<Schema>,
): Part<
  | 'organisations'
  | 'organisation'
  | 'updateOrganisation'
  | 'deleteOrganisation'
  | 'rightsIn'
  | 'usage'
  | 'compactUsage'
  | 'customRoles'
  | 'putCustomRole'
  | 'deleteCustomRole'
> {
  return {
    async organisations(viewer) {
      if (viewer.kind === 'anonymous') return [];
      const all = viewer.kind === 'system' || viewer.administrator;
      const rows = await db
        .selectFrom('organisations')
        .selectAll()
        .$if(!all, (query) =>
          query.where(
            viewer.kind === 'account'
              ? sql<boolean>`exists (select 1 from grants where principal in (${principals(viewer.accountId)})
                  and ((subject_kind = 'organisation' and subject = organisations.name)
                    or (subject_kind = 'repository' and subject in
                      (select id from repositories where repositories.organisation = organisations.name))))
                or exists (select 1 from teams join team_members on team_members.team_id = teams.id
                  where teams.organisation = organisations.name and team_members.account_id = ${viewer.accountId})`
              : sql<boolean>`1 = 0`,
          ),
        )
        .orderBy('name')
        .execute();
      const limits = viewer.kind === 'account' ? viewer.limits : undefined;
      const found = rows.map(toOrganisation);
      return limits
        ? found.filter(({ name }) => limits.some(({ on }) => 'organisation' in on && on.organisation === name))
        : found;
    },
    async organisation(name) {
      const row = await db.selectFrom('organisations').selectAll().where('name', '=', name).executeTakeFirst();
      return row && toOrganisation(row);
    },
    async updateOrganisation(name, change) {
      if (change.description === undefined && change.maxBytes === undefined) return;
      await db
        .updateTable('organisations')
        .set({
          ...(change.description !== undefined && { description: change.description }),
          ...(change.maxBytes !== undefined && { max_bytes: change.maxBytes }),
        })
        .where('name', '=', name)
        .execute();
    },
    async deleteOrganisation(name) {
      const held = await db.selectFrom('repositories').select('id').where('organisation', '=', name).limit(1).execute();
      if (held.length > 0) return false;
      const robots = await db.selectFrom('accounts').select('id').where('organisation', '=', name).execute();
      const teams = await db.selectFrom('teams').select('id').where('organisation', '=', name).execute();
      for (const { id } of robots) await db.deleteFrom('tokens').where('account_id', '=', id).execute();
      for (const { id } of [...robots, ...teams]) await db.deleteFrom('grants').where('principal', '=', id).execute();
      for (const { id } of teams) await db.deleteFrom('team_members').where('team_id', '=', id).execute();
      await db.deleteFrom('accounts').where('organisation', '=', name).execute();
      for (const table of ['teams', 'custom_roles', 'usage_changes'] as const)
        await db.deleteFrom(table).where('organisation', '=', name).execute();
      await db.deleteFrom('grants').where('subject_kind', '=', 'organisation').where('subject', '=', name).execute();
      await db.deleteFrom('organisations').where('name', '=', name).execute();
      return true;
    },
    rightsIn: (viewer, organisation) => rightsIn(db, viewer, organisation),
    async usage(organisation) {
      const row = await db
        .selectFrom('usage_changes')
        .select((eb) => eb.fn.sum<number | string | null>('bytes').as('bytes'))
        .where('organisation', '=', organisation)
        .executeTakeFirstOrThrow();
      return Math.max(0, Number(row.bytes ?? 0));
    },
    async compactUsage() {
      const many = await db
        .selectFrom('usage_changes')
        .select('organisation')
        .groupBy('organisation')
        .having((eb) => eb.fn.countAll(), '>', MANY_COUNTERS)
        .execute();
      for (const { organisation } of many) {
        const gone = await db
          .deleteFrom('usage_changes')
          .where('organisation', '=', organisation)
          .returning('bytes')
          .execute();
        const bytes = gone.reduce((sum, row) => sum + row.bytes, 0);
        await db.insertInto('usage_changes').values({ id: organisation, organisation, bytes }).execute();
      }
    },
    async customRoles(organisation) {
      const rows = await db
        .selectFrom('custom_roles')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('name')
        .execute();
      return rows.map((row) => ({
        name: row.name,
        description: row.description,
        actions: actionsOfMask(row.actions),
      }));
    },
    async putCustomRole(organisation, role) {
      const given = { actions: maskOf(role.actions), description: role.description };
      await db
        .insertInto('custom_roles')
        .values({ organisation, name: role.name, ...given })
        .onConflict((oc) => oc.columns(['organisation', 'name']).doUpdateSet(given))
        .execute();
      await db
        .updateTable('grants')
        .set({ actions: given.actions })
        .where('role', '=', role.name)
        .where(onOrganisation(organisation))
        .execute();
    },
    async deleteCustomRole(organisation, name) {
      const used = await db
        .selectFrom('grants')
        .select('role')
        .where('role', '=', name)
        .where(onOrganisation(organisation))
        .limit(1)
        .execute();
      if (used.length > 0) return false;
      const row = await db
        .deleteFrom('custom_roles')
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .returning('name')
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}

/** Grants on the organisation or on one of its repositories. */
function onOrganisation(organisation: string) {
  return sql<boolean>`((subject_kind = 'organisation' and subject = ${organisation}) or (subject_kind = 'repository'
    and subject in (select id from repositories where repositories.organisation = ${organisation})))`;
}

async function rightsIn(db: Kysely<Schema>, viewer: Viewer, organisation: string): Promise<ReadonlySet<Action>> {
  if (viewer.kind === 'system') return new Set(allActions);
  if (viewer.kind === 'anonymous' || viewer.scope) return new Set();
  const rights = new Set<Action>(viewer.administrator ? allActions : []);
  if (!viewer.administrator) {
    const rows = await db
      .selectFrom('grants')
      .select('actions')
      .where('subject_kind', '=', 'organisation')
      .where('subject', '=', organisation)
      .where(sql<boolean>`principal in (${principals(viewer.accountId)})`)
      .execute();
    for (const row of rows) for (const action of actionsOfMask(row.actions)) rights.add(action);
  }
  const { limits } = viewer;
  for (const action of limits ? rights : [])
    if (
      !limits?.some(
        ({ on, actions }) => 'organisation' in on && on.organisation === organisation && actions.includes(action),
      )
    )
      rights.delete(action);
  return rights;
}
