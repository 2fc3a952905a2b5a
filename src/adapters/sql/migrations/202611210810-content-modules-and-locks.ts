import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Module streams of rpm packages, and whether a package is only declared by a lock file. */
export const modulesAndLocks: Migration = {
  name: '202611210810-content-modules-and-locks',
  async up(db) {
    for (const statement of [
      'alter table packages add column module text',
      'alter table packages add column declared integer not null default 0',
    ])
      await sql.raw(statement).execute(db);
  },
};
