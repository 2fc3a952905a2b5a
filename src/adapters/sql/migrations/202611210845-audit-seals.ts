import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Signed states of the chain of audit entries. */
export const auditSeals: Migration = {
  name: '202611210845-audit-seals',
  async up(db) {
    for (const statement of [
      `create table audit_seals (seq bigint primary key, hash text not null, at bigint not null, key text not null,
        signature text not null)`,
      'create index audit_entries_at on audit_entries (at)',
    ])
      await sql.raw(statement).execute(db);
  },
};
