import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Packages are found by the name of their source too: who looks for openssl means libssl3 as well. */
export const sourceNames: Migration = {
  name: '202611210635-content-source-names',
  async up(db) {
    await sql.raw('create index packages_source_name on packages (source_name)').execute(db);
  },
};
