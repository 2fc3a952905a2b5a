import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Webhooks with their deliveries, subscriptions to mail, notices that wait for their digest, and who pulled what. */
export const notify: Migration = {
  name: '202611210900-notify',
  async up(db) {
    for (const statement of [
      'alter table events add column dispatched integer not null default 0',
      'update events set dispatched = 1',
      'create index events_undispatched on events (id) where dispatched = 0',
      `create table webhooks (id text primary key, name text not null, url text not null, organisation text,
        repository_id text, events text not null, enabled integer not null, created_at bigint not null,
        created_by text not null, sequence bigint not null)`,
      'create index webhooks_repository on webhooks (repository_id)',
      'create index webhooks_organisation on webhooks (organisation)',
      `create table deliveries (id text primary key, webhook_id text not null, event_id text not null,
        sequence bigint not null, state text not null, attempts integer not null, uncertain integer not null,
        next_at bigint not null, created_at bigint not null, ended_at bigint, status integer, error text,
        body text not null)`,
      'create index deliveries_due on deliveries (state, next_at)',
      'create index deliveries_webhook on deliveries (webhook_id, sequence)',
      `create table subscriptions (id text primary key, subscriber text not null, subscriber_kind text not null,
        organisation text, repository_id text, min_severity text not null, created_at bigint not null)`,
      'create index subscriptions_subscriber on subscriptions (subscriber)',
      `create table notices (id text primary key, account_id text not null, dedupe_key text not null,
        subject text not null, text text not null, created_at bigint not null, sent_at bigint,
        unique (account_id, dedupe_key))`,
      'create index notices_unsent on notices (account_id, created_at) where sent_at is null',
      `create table image_consumers (repository_id text not null, account_id text not null, digest text not null,
        pulled_at bigint not null, primary key (repository_id, digest, account_id))`,
      'create table known_vulnerabilities (manifest text primary key, ids text not null)',
    ])
      await sql.raw(statement).execute(db);
  },
};
