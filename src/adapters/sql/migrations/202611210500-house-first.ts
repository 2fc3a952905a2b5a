import { type Kysely, sql } from 'kysely';
import type { Migration } from '../migration.ts';
import type { Schema } from '../schema.ts';

export const first: Migration = {
  name: '202611210500-house-first',
  async up(db, bytes) {
    await registry(db, bytes);
    await access(db, bytes);
    await content(db);
    await jobsAndEvents(db);
  },
};

async function run(db: Kysely<Schema>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

function registry(db: Kysely<Schema>, bytes: string): Promise<void> {
  return run(db, [
    'create table organisations (name text primary key, created_at bigint not null)',
    `create table repositories (id text primary key, name text not null unique, organisation text not null,
      visibility text not null, description text not null, created_at bigint not null, updated_at bigint not null)`,
    'create index repositories_organisation on repositories (organisation, name)',
    `create table blobs (digest text primary key, size bigint not null, storage_key text not null unique,
      state text not null, stored_at bigint not null, condemned_at bigint)`,
    `create index blobs_condemned on blobs (condemned_at) where state = 'condemned'`,
    `create table repository_blobs (repository_id text not null, digest text not null, linked_at bigint not null,
      unreferenced_at bigint, keep_until bigint, primary key (repository_id, digest))`,
    'create index repository_blobs_digest on repository_blobs (digest)',
    'create index repository_blobs_unreferenced on repository_blobs (keep_until) where keep_until is not null',
    `create table uploads (id text primary key, repository_id text not null, principal text not null,
      storage_key text not null, algorithm text not null, started_at bigint not null)`,
    'create index uploads_principal on uploads (principal)',
    'create index uploads_started on uploads (started_at)',
    `create table manifests (digest text primary key, media_type text not null, kind text not null,
      runnable integer not null, artifact_type text, annotations text not null, size bigint not null,
      total_size bigint not null, raw ${bytes} not null)`,
    `create table repository_manifests (repository_id text not null, digest text not null, subject text,
      pushed_at bigint not null, pushed_by text not null, primary key (repository_id, digest))`,
    'create index repository_manifests_digest on repository_manifests (digest)',
    'create index repository_manifests_subject on repository_manifests (repository_id, subject, digest) where subject is not null',
    `create table manifest_references (manifest text not null, target text not null, kind text not null,
      position integer not null, primary key (manifest, kind, position))`,
    'create index manifest_references_target on manifest_references (target, manifest)',
    `create table tags (repository_id text not null, name text not null, digest text not null,
      updated_at bigint not null, updated_by text not null, moves integer not null, primary key (repository_id, name))`,
    'create index tags_digest on tags (repository_id, digest)',
    'create index tags_updated on tags (repository_id, updated_at)',
    `create table tag_changes (id text primary key, repository_id text not null, tag text not null, digest text,
      previous text, changed_at bigint not null, changed_by text not null)`,
    'create index tag_changes_tag on tag_changes (repository_id, tag, id)',
    `create table pulls (repository_id text not null, digest text not null, tag text not null, day text not null,
      count bigint not null, primary key (repository_id, digest, tag, day))`,
  ]);
}

function access(db: Kysely<Schema>, bytes: string): Promise<void> {
  return run(db, [
    `create table accounts (id text primary key, name text not null unique, password_hash text not null,
      administrator integer not null, disabled integer not null, created_at bigint not null,
      password_changed_at bigint not null)`,
    `create table tokens (id text primary key, account_id text not null, kind text not null, name text not null,
      read_only integer not null, secret_hash text not null unique, created_at bigint not null,
      expires_at bigint not null, last_used_at bigint)`,
    'create index tokens_account on tokens (account_id, kind)',
    'create index tokens_expiry on tokens (expires_at)',
    `create table grants (account_id text not null, subject_kind text not null, subject text not null,
      role text not null, primary key (account_id, subject_kind, subject))`,
    'create index grants_subject on grants (subject_kind, subject)',
    `create table secrets (name text primary key, value ${bytes} not null)`,
  ]);
}

function content(db: Kysely<Schema>): Promise<void> {
  return run(db, [
    `create table layer_analyses (layer text not null, analyser_version text not null, storage_key text not null,
      diff_id text not null, entries bigint not null, uncompressed_size bigint not null, analysed_at bigint not null,
      primary key (layer, analyser_version))`,
    `create table image_analyses (manifest text primary key, analyser_version text not null, state text not null,
      distribution text, incomplete text not null, analysed_at bigint not null, duration_ms bigint not null)`,
    `create table packages (id text primary key, type text not null, name text not null, version text not null,
      architecture text, source_name text not null, source_version text not null, licences text, purl text not null,
      ecosystem text, key_name text, key_version text)`,
    'create index packages_key on packages (ecosystem, key_name)',
    'create index packages_name on packages (name)',
    `create table image_packages (manifest text not null, package_id text not null, path text not null,
      layer integer not null, primary key (manifest, package_id, path))`,
    'create index image_packages_package on image_packages (package_id, manifest)',
    `create table package_findings (package_id text not null, feed text not null, record_id text not null,
      vulnerability text not null, severity text not null, fixable integer not null, body text not null,
      primary key (package_id, feed, record_id))`,
    'create index package_findings_vulnerability on package_findings (vulnerability, package_id)',
    `create table image_judgements (manifest text primary key, counts text not null, package_count integer not null,
      unjudged integer not null, judged_at bigint not null, advisories text not null)`,
    'create table content_state (name text primary key, value text not null)',
  ]);
}

function jobsAndEvents(db: Kysely<Schema>): Promise<void> {
  return run(db, [
    `create table jobs (id text primary key, kind text not null, dedupe_key text not null, payload text not null,
      priority integer not null, run_at bigint not null, leased_until bigint, attempts integer not null,
      state text not null, last_error text)`,
    `create unique index jobs_waiting on jobs (kind, dedupe_key) where state = 'waiting'`,
    'create index jobs_due on jobs (state, priority, run_at)',
    `create table events (id text primary key, type text not null, actor text not null, repository_id text,
      subject text not null, data text not null, at bigint not null)`,
    'create index events_repository on events (repository_id, id)',
  ]);
}
