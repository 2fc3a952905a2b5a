import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Packages whose files belong to the operating system's; and where feeds were fetched from, with what validators. */
export const ownedAndSources: Migration = {
  name: '202611210640-content-owned-and-sources',
  async up(db) {
    for (const statement of [
      'alter table packages add column owned_by text',
      'create index packages_ecosystem on packages (ecosystem)',
      `create table feed_sources (url text primary key, feed text not null, etag text, last_modified text,
        checked_at bigint not null, last_error text)`,
    ])
      await sql.raw(statement).execute(db);
  },
};
