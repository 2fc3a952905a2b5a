import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Which expiry of a collection its signers were told of. */
export const trustExpiryTold: Migration = {
  name: '202611271845-trust-expiry-told',
  async up(db) {
    await sql.raw('alter table trust_standings add column told_until bigint').execute(db);
  },
};
