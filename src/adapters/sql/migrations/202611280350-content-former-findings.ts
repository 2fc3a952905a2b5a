import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** What images had when they were deleted, for the history of a vulnerability. */
export const formerFindings: Migration = {
  name: '202611280350-content-former-findings',
  async up(db) {
    for (const statement of [
      `create table former_findings (vulnerability text not null, repository_id text not null, digest text not null,
        pushed_at bigint not null, deleted_at bigint not null,
        primary key (vulnerability, repository_id, digest, deleted_at))`,
      'create index former_findings_deleted on former_findings (deleted_at)',
    ])
      await sql.raw(statement).execute(db);
  },
};
