import type { Kysely } from 'kysely';
import { uuidv7 } from '../../../lib/uuid.ts';
import type { PolicyRecords, StoredPolicy } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
import { countUp } from './revisions.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

function toPolicy(row: Schema['policies']): StoredPolicy {
  return {
    id: row.id,
    organisation: row.organisation,
    name: row.name,
    version: row.version,
    text: row.text,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

export function policies(
  db: Kysely<Schema>,
): Part<
  | 'rulesRevision'
  | 'everyRevision'
  | 'policies'
  | 'allPolicies'
  | 'policy'
  | 'putPolicy'
  | 'deletePolicy'
  | 'policyVersions'
> {
  const revisions = db
    .selectFrom('policy_revisions')
    .select(['organisation', 'revision'])
    .where('organisation', 'in', ['', ''])
    .orderBy('organisation')
    .compile();
  const newest = async (organisation: string, name: string): Promise<number> => {
    const row = await db
      .selectFrom('policy_versions')
      .select((eb) => eb.fn.max('version').as('version'))
      .where('organisation', '=', organisation)
      .where('name', '=', name)
      .executeTakeFirst();
    return row?.version ?? 0;
  };
  return {
    async rulesRevision(organisation) {
      const { rows } = await db.executeQuery<Schema['policy_revisions']>({
        ...revisions,
        parameters: ['', organisation],
      });
      return rows.map((row) => `${row.organisation}:${row.revision}`).join(' ');
    },
    async everyRevision() {
      const rows = await db.selectFrom('policy_revisions').selectAll().orderBy('organisation').execute();
      return rows.map((row) => `${row.organisation}:${row.revision}`).join(' ');
    },
    async policies(organisation) {
      const rows = await db
        .selectFrom('policies')
        .selectAll()
        .where('organisation', 'in', ['', organisation])
        .orderBy('name')
        .orderBy('organisation')
        .execute();
      return rows.map(toPolicy);
    },
    async allPolicies() {
      const rows = await db.selectFrom('policies').selectAll().orderBy('organisation').orderBy('name').execute();
      return rows.map(toPolicy);
    },
    async policy(organisation, name) {
      const row = await db
        .selectFrom('policies')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .executeTakeFirst();
      return row && toPolicy(row);
    },
    async putPolicy(policy) {
      const { organisation, name, text, updatedAt, updatedBy } = policy;
      const values = {
        version: (await newest(organisation, name)) + 1,
        text,
        updated_at: updatedAt,
        updated_by: updatedBy,
      };
      const row = await db
        .insertInto('policies')
        .values({ id: uuidv7(updatedAt), organisation, name, ...values })
        .onConflict((oc) => oc.columns(['organisation', 'name']).doUpdateSet(values))
        .returningAll()
        .executeTakeFirstOrThrow();
      await db
        .insertInto('policy_versions')
        .values({ id: row.id, organisation, name, ...values })
        .execute();
      await countUp(db, organisation);
      return toPolicy(row);
    },
    async deletePolicy(organisation, name) {
      const { numDeletedRows } = await db
        .deleteFrom('policies')
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      await countUp(db, organisation);
      return true;
    },
    async policyVersions(organisation, name) {
      const rows = await db
        .selectFrom('policy_versions')
        .selectAll()
        .where('organisation', '=', organisation)
        .where('name', '=', name)
        .orderBy('version', 'desc')
        .execute();
      return rows.map(toPolicy);
    },
  };
}
