import { sql } from 'kysely';
import { maskOf, roles } from '../../../access/roles.ts';
import { recountUsage } from '../registry/usage.ts';
import type { Migration } from '../migration.ts';

/**
 * Grants to teams and robots as well as to persons, each with the actions it gives; organisations with roles of their
 * own; tokens that are limited; rules for tags; counters of what an organisation stores.
 */
export const teams: Migration = {
  name: '202611210800-access-teams',
  async up(db) {
    const statements = [
      'alter table grants rename column account_id to principal',
      `alter table grants add column principal_kind text not null default 'account'`,
      'alter table grants add column actions integer not null default 0',
      ...Object.entries(roles).map(
        ([role, actions]) => `update grants set actions = ${maskOf(actions)} where role = '${role}'`,
      ),
      `create table custom_roles (organisation text not null, name text not null, actions integer not null,
        description text not null, primary key (organisation, name))`,
      `create table teams (id text primary key, organisation text not null, name text not null,
        description text not null, created_at bigint not null, unique (organisation, name))`,
      `create table team_members (team_id text not null, account_id text not null, source text not null,
        primary key (team_id, account_id, source))`,
      'create index team_members_account on team_members (account_id, team_id)',
      `alter table accounts add column kind text not null default 'person'`,
      'alter table accounts add column organisation text',
      `alter table accounts add column source text not null default 'local'`,
      'alter table accounts add column external_id text',
      'alter table accounts add column email text',
      'alter table accounts add column totp_secret text',
      'alter table accounts add column totp_step bigint',
      'create unique index accounts_external on accounts (source, external_id) where external_id is not null',
      'create index accounts_organisation on accounts (organisation) where organisation is not null',
      'alter table tokens add column limits text',
      `alter table organisations add column description text not null default ''`,
      'alter table organisations add column max_bytes bigint',
      `create table tag_rules (id text primary key, repository_id text not null, kind text not null,
        pattern text not null, created_at bigint not null, created_by text not null)`,
      'create index tag_rules_repository on tag_rules (repository_id)',
      `create table usage_changes (id text primary key, organisation text not null, bytes bigint not null)`,
      'create index usage_changes_organisation on usage_changes (organisation, bytes)',
      `create table audit_entries (id text primary key, at bigint not null, actor text not null, actor_id text,
        address text, request_id text, via text, action text not null, object text not null, organisation text,
        repository_id text, before text, after text, occurrences integer not null, seq bigint unique, hash text)`,
      'create index audit_entries_unsealed on audit_entries (id) where seq is null',
      'create index audit_entries_organisation on audit_entries (organisation, id)',
    ];
    for (const statement of statements) await sql.raw(statement).execute(db);
    await recountUsage(db);
  },
};
