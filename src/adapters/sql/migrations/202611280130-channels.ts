import { sql } from 'kysely';
import type { Migration } from '../migration.ts';

/** Channels, requests for promotion and approvals; one request is open for a tag at a time. */
export const channels: Migration = {
  name: '202611280130-channels',
  async up(db) {
    for (const statement of [
      `create table channels (organisation text not null, name text not null, version integer not null,
        text text not null, updated_at bigint not null, updated_by text not null, primary key (organisation, name))`,
      `create table promotion_requests (id text primary key, organisation text not null, channel text not null,
        version integer not null, stage text not null, source_id text not null, source text not null,
        source_tag text not null, target text not null, target_tag text not null, digest text not null,
        reason text not null, asked_by text not null, asked_by_id text, asked_at bigint not null,
        expires_at bigint not null, state text not null, settled_at bigint, settled_by text, note text not null,
        previous text, evidence text, rolled_back_at bigint, rolled_back_by text)`,
      `create unique index promotion_requests_open on promotion_requests (target, target_tag) where state = 'open'`,
      'create index promotion_requests_target on promotion_requests (target, target_tag, settled_at)',
      'create index promotion_requests_organisation on promotion_requests (organisation, state)',
      `create index promotion_requests_waiting on promotion_requests (source_id) where state = 'open'`,
      `create table promotion_approvals (request_id text not null, account_id text not null, account text not null,
        note text not null, at bigint not null, primary key (request_id, account_id))`,
    ])
      await sql.raw(statement).execute(db);
  },
};
