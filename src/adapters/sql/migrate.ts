import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { AssayError } from '../../lib/error.ts';
import type { Migration } from './migration.ts';
import { first } from './migrations/202611210500-house-first.ts';
import { removals } from './migrations/202611210620-registry-removals.ts';
import { sourceNames } from './migrations/202611210635-content-source-names.ts';
import { ownedAndSources } from './migrations/202611210640-content-owned-and-sources.ts';
import { teams } from './migrations/202611210800-access-teams.ts';
import { directories } from './migrations/202611210830-access-directories.ts';
import { auditSeals } from './migrations/202611210845-audit-seals.ts';
import { notify } from './migrations/202611210900-notify.ts';
import { modulesAndLocks } from './migrations/202611210810-content-modules-and-locks.ts';
import { packageNames } from './migrations/202611210815-content-package-names.ts';
import { trustCollections } from './migrations/202611210810-trust-collections.ts';
import { observations } from './migrations/202611210900-content-observations.ts';
import { trustSignedTags } from './migrations/202611211010-trust-signed-tags.ts';
import { policy } from './migrations/202611271800-policy.ts';
import { policyHealth } from './migrations/202611271900-policy-health.ts';
import { formerNames } from './migrations/202611271910-registry-former-names.ts';
import { trustExpiryTold } from './migrations/202611271845-trust-expiry-told.ts';
import { exceptionEnds } from './migrations/202611271930-policy-exception-ends.ts';
import { channels } from './migrations/202611280130-channels.ts';
import { vexStatements } from './migrations/202611280100-vex-statements.ts';
import { notifyFormats } from './migrations/202611280130-notify-formats.ts';
import { accessPasskeys } from './migrations/202611280230-access-passkeys.ts';
import { formerFindings } from './migrations/202611280350-content-former-findings.ts';
import { policyStages } from './migrations/202611280210-policy-stages.ts';
import type { Schema } from './schema.ts';

/** Every migration in order. */
export const migrations: readonly Migration[] = [
  first,
  removals,
  sourceNames,
  ownedAndSources,
  modulesAndLocks,
  packageNames,
  teams,
  trustCollections,
  directories,
  auditSeals,
  observations,
  notify,
  trustSignedTags,
  policy,
  policyHealth,
  trustExpiryTold,
  exceptionEnds,
  formerNames,
  channels,
  vexStatements,
  notifyFormats,
  accessPasskeys,
  policyStages,
  formerFindings,
];

/** Brings the schema up to date inside the caller's transaction. Refuses a schema newer than this program. */
export async function migrate(db: Kysely<Schema>, bytes: 'blob' | 'bytea', now: number): Promise<void> {
  await sql
    .raw('create table if not exists migrations (name text primary key, applied_at bigint not null)')
    .execute(db);
  const applied = new Set((await db.selectFrom('migrations').select('name').execute()).map((row) => row.name));
  const known = new Set(migrations.map((each) => each.name));
  for (const name of applied)
    if (!known.has(name))
      throw new AssayError('data-newer', `the data was written by a newer Assay (migration ${name} is not known here)`);
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await migration.up(db, bytes);
    await db.insertInto('migrations').values({ name: migration.name, applied_at: now }).execute();
  }
}
