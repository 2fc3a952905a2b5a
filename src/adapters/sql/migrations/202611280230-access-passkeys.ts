import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Passkeys, and how many an account has. */
export const accessPasskeys: Migration = {
  name: '202611280230-access-passkeys',
  async up(db, bytes) {
    for (const statement of [
      `create table passkeys (id text primary key, account_id text not null, credential_id text not null unique,
        name text not null, site text not null, algorithm integer not null, public_key ${bytes} not null,
        counter bigint not null, backed_up integer not null, suspected integer not null, created_at bigint not null,
        last_used_at bigint)`,
      'create index passkeys_account on passkeys (account_id)',
      'alter table accounts add column passkeys integer not null default 0',
    ])
      await sql.raw(statement).execute(db);
  },
};
