import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Secrets, malware, licences, practices and minimality of each image, in the order in which they are shown. */
export const observations: Migration = {
  name: '202611210900-content-observations',
  async up(db) {
    for (const statement of [
      `create table image_observations (manifest text not null, position integer not null, kind text not null,
        rule text not null, severity text not null, body text not null, primary key (manifest, position))`,
      'create index image_observations_rule on image_observations (kind, rule)',
    ])
      await sql.raw(statement).execute(db);
  },
};
