import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Profiles of the health card, and how the health of images went. */
export const policyHealth: Migration = {
  name: '202611271900-policy-health',
  async up(db) {
    for (const statement of [
      `create table health_profiles (organisation text primary key, text text not null, updated_at bigint not null,
        updated_by text not null)`,
      `create table image_health (id text primary key, repository_id text not null, digest text not null,
        at bigint not null, grade text not null, score integer not null, lines text not null)`,
      'create index image_health_image on image_health (repository_id, digest, id)',
      'create index tag_changes_named on tag_changes (repository_id, tag, digest)',
    ])
      await sql.raw(statement).execute(db);
  },
};
