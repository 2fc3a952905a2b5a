import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Further names under which advisories know a package: its source, subscriptions and modules of its distribution. */
export const packageNames: Migration = {
  name: '202611210815-content-package-names',
  async up(db) {
    for (const statement of [
      'alter table packages add column key_more text',
      `create table package_names (package_id text not null, ecosystem text not null, key_name text not null,
        primary key (package_id, ecosystem, key_name))`,
      'create index package_names_key on package_names (ecosystem, key_name)',
    ])
      await sql.raw(statement).execute(db);
  },
};
