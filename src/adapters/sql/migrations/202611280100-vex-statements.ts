import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Statements about vulnerabilities of images, and where they are published beside them. */
export const vexStatements: Migration = {
  name: '202611280100-vex-statements',
  async up(db) {
    for (const statement of [
      `create table vex_statements (id text primary key, repository_id text not null, digest text not null,
        body text not null, recorded_at bigint not null, withdrawn_at bigint, withdrawn_by text)`,
      'create index vex_statements_image on vex_statements (repository_id, digest)',
      `create table vex_published (repository_id text not null, digest text not null, manifest text not null,
        primary key (repository_id, digest))`,
    ])
      await sql.raw(statement).execute(db);
  },
};
