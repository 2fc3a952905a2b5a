import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** LDAP directories, OpenID Connect providers and issuers of workload tokens; when one last vouched for an account. */
export const directories: Migration = {
  name: '202611210830-access-directories',
  async up(db) {
    for (const statement of [
      `create table directories (id text primary key, name text not null unique, enabled integer not null,
        settings text not null, created_at bigint not null)`,
      'alter table accounts add column vouched_at bigint',
    ])
      await sql.raw(statement).execute(db);
  },
};
