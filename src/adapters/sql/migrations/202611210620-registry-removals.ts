import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Files that no row needs any more: noted in the transaction that took the last row, forgotten when the file is gone. */
export const removals: Migration = {
  name: '202611210620-registry-removals',
  async up(db) {
    for (const statement of [
      'create table removals (storage_key text primary key, noted_at bigint not null)',
      'create index removals_noted on removals (noted_at)',
      'create index layer_analyses_storage_key on layer_analyses (storage_key)',
      'create index uploads_storage_key on uploads (storage_key)',
    ])
      await sql.raw(statement).execute(db);
  },
};
