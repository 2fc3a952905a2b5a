import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Content trust: collections, their metadata files in both dialects, the server's public keys and the changefeed. */
export const trustCollections: Migration = {
  name: '202611210810-trust-collections',
  async up(db, bytes) {
    for (const statement of [
      `create table trust_collections (gun text primary key, repository_id text not null, created_at bigint not null)`,
      'create index trust_collections_repository on trust_collections (repository_id)',
      `create table trust_files (gun text not null, dialect text not null, role text not null, version bigint not null,
        sha256 text not null, length bigint not null, expires bigint not null, stored_at bigint not null,
        stored_by text not null, raw ${bytes} not null, primary key (gun, dialect, role, version))`,
      'create index trust_files_hash on trust_files (gun, sha256)',
      `create table trust_server_keys (fingerprint text primary key, gun text not null, role text not null,
        spki ${bytes} not null, created_at bigint not null)`,
      'create index trust_server_keys_gun on trust_server_keys (gun)',
      `create table trust_changes (id bigint primary key, at bigint not null, gun text not null, version bigint not null,
        sha256 text not null, category text not null)`,
      'create index trust_changes_gun on trust_changes (gun, id)',
    ])
      await sql.raw(statement).execute(db);
  },
};
