import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Digests held in a whole organisation, holds of what is being taken in, and the stage of each tagged image. */
export const policyStages: Migration = {
  name: '202611280210-policy-stages',
  async up(db) {
    for (const statement of [
      `create table organisation_holds (organisation text not null, digest text not null, by_whom text not null,
        reason text not null, at bigint not null, primary key (organisation, digest))`,
      'alter table image_releases add column intake integer not null default 0',
      `create table image_stages (repository_id text not null, digest text not null, tag text not null,
        stage text not null, since bigint not null, waits_for text not null, primary key (repository_id, digest))`,
      'create index image_stages_since on image_stages (since)',
    ])
      await sql.raw(statement).execute(db);
  },
};
