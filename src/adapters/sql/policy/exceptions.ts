import type { Kysely } from 'kysely';
import type { PolicyException } from '../../../policy/exception.ts';
import type { PolicyRecords } from '../../../ports/policy-records.ts';
import type { Schema } from '../schema.ts';
import { countUp } from './revisions.ts';

type Part<K extends keyof PolicyRecords> = Pick<PolicyRecords, K>;

/** The end in the row counts: an exception may end before its time. */
function toException(row: Schema['policy_exceptions']): PolicyException {
  return { ...(JSON.parse(row.body) as PolicyException), expiresAt: row.expires_at };
}

export function exceptions(
  db: Kysely<Schema>,
): Part<
  | 'exceptions'
  | 'exception'
  | 'addException'
  | 'endException'
  | 'exceptionsEnding'
  | 'expiredExceptions'
  | 'markExpired'
> {
  return {
    async exceptions(organisation, now) {
      const rows = await db
        .selectFrom('policy_exceptions')
        .selectAll()
        .where('organisation', '=', organisation)
        .$if(now !== undefined, (query) => query.where('expires_at', '>', now ?? 0))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toException);
    },
    async exception(id) {
      const row = await db.selectFrom('policy_exceptions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toException(row);
    },
    async addException(exception) {
      const { id, organisation, createdAt, expiresAt } = exception;
      await db
        .insertInto('policy_exceptions')
        .values({
          id,
          organisation,
          created_at: createdAt,
          expires_at: expiresAt,
          body: JSON.stringify(exception),
          told: 0,
        })
        .execute();
      await countUp(db, organisation);
    },
    async endException(id, at) {
      const row = await db
        .updateTable('policy_exceptions')
        .set({ expires_at: at, told: 1 })
        .where('id', '=', id)
        .where('expires_at', '>', at)
        .returning('organisation')
        .executeTakeFirst();
      if (!row) return false;
      await countUp(db, row.organisation);
      return true;
    },
    async exceptionsEnding(now, until, limit) {
      const rows = await db
        .selectFrom('policy_exceptions')
        .selectAll()
        .where('expires_at', '>', now)
        .where('expires_at', '<=', until)
        .orderBy('expires_at')
        .limit(limit)
        .execute();
      return rows.map(toException);
    },
    async expiredExceptions(now, limit) {
      const rows = await db
        .selectFrom('policy_exceptions')
        .selectAll()
        .where('told', '=', 0)
        .where('expires_at', '<=', now)
        .orderBy('expires_at')
        .limit(limit)
        .execute();
      return rows.map(toException);
    },
    async markExpired(id) {
      await db.updateTable('policy_exceptions').set({ told: 1 }).where('id', '=', id).execute();
    },
  };
}
