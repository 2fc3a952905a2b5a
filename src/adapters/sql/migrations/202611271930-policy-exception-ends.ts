import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Which exceptions have been told of when they ended. */
export const exceptionEnds: Migration = {
  name: '202611271930-policy-exception-ends',
  async up(db) {
    for (const statement of [
      'alter table policy_exceptions add column told integer not null default 0',
      'create index policy_exceptions_untold on policy_exceptions (expires_at) where told = 0',
    ])
      await sql.raw(statement).execute(db);
  },
};
