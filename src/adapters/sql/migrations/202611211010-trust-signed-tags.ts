import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** What each collection signs under which tag, kept by publishing, so that lists need not read metadata. */
export const trustSignedTags: Migration = {
  name: '202611211010-trust-signed-tags',
  async up(db) {
    for (const statement of [
      `create table trust_signed_tags (gun text not null, tag text not null, digest text not null, since bigint not null,
        primary key (gun, tag))`,
      `create table trust_standings (gun text primary key, tags bigint not null, good_until bigint not null,
        noted_at bigint not null)`,
    ])
      await sql.raw(statement).execute(db);
  },
};
