import { sql } from 'kysely';
import { type BuiltInRole, maskOf, roles } from '../../../access/roles.ts';
import type { Migration } from '../migration.ts';

/** Policies, exceptions, quarantine and refusals; and the right to inspect, for the roles that have it. */
export const policy: Migration = {
  name: '202611271800-policy',
  async up(db) {
    const columns = `organisation text not null, name text not null, version integer not null, text text not null,
      updated_at bigint not null, updated_by text not null`;
    for (const statement of [
      `create table policies (id text primary key, ${columns}, unique (organisation, name))`,
      `create table policy_versions (id text not null, ${columns}, primary key (organisation, name, version))`,
      'create table policy_revisions (organisation text primary key, revision bigint not null)',
      `create table policy_exceptions (id text primary key, organisation text not null, created_at bigint not null,
        expires_at bigint not null, body text not null)`,
      'create index policy_exceptions_organisation on policy_exceptions (organisation, expires_at)',
      `create table image_releases (repository_id text not null, digest text not null, state text not null,
        by_whom text not null, reason text not null, at bigint not null, primary key (repository_id, digest))`,
      `create table policy_denials (id text primary key, repository_id text not null, digest text not null,
        tag text not null, gate text not null, actor text not null, policy text not null, rule text not null,
        mode text not null, first_at bigint not null, last_at bigint not null, count bigint not null,
        verdict text not null, unique (repository_id, digest, tag, gate, actor, policy, rule))`,
      'create index policy_denials_last on policy_denials (last_at)',
      ...(Object.keys(roles) as BuiltInRole[]).map(
        (role) => `update grants set actions = ${maskOf(roles[role])} where role = '${role}'`,
      ),
    ])
      await sql.raw(statement).execute(db);
  },
};
