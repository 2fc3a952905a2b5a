import { AssayError } from '../../../lib/error.ts';
import type { FileMeta, Metadata, RoleName, SignedFile, Snapshot, Timestamp } from '../metadata.ts';
import { requireThreshold } from '../signatures.ts';
import type { Delegator, Update } from './chain.ts';
import { MAX_VERSION_JUMP } from './limits.ts';

/** Arbitrary software attack: throws `trust-threshold`. */
export function requireSigned(update: Update, role: RoleName, file: SignedFile, by: Delegator): void {
  requireThreshold(role, file, by.role, by.keys, update.dialect.schemeOf);
}

export function isSigned(update: Update, role: RoleName, file: SignedFile, by: Delegator): boolean {
  try {
    requireSigned(update, role, file, by);
    return true;
  } catch {
    return false;
  }
}

/** Freeze attack: the expiry must be later than the start of the update. Throws `trust-expired`. */
export function requireInForce({ dialect, now }: Update, role: RoleName, { signed }: SignedFile): void {
  if (signed.expires > now) return;
  throw new AssayError('trust-expired', dialect.expiredText(role, signed.expires), {
    detail: { role, expiredAt: signed.expires, checkedAt: now },
  });
}

/** Mix-and-match attack: a file must be of the version that refers to it, where versions refer. */
export function requireVersion(role: RoleName, { signed }: SignedFile, meta: FileMeta, referrer: RoleName): void {
  if (meta.version === undefined || signed.version === meta.version) return;
  throw new AssayError(
    'trust-version-mismatch',
    `${role} is version ${signed.version}, but ${referrer} names version ${meta.version}`,
    { detail: { role, version: signed.version, named: meta.version } },
  );
}

/** Rollback and fast-forward attack between two versions of one thing; throws `trust-rollback`, `trust-fast-forward`. */
export function requireProgress(what: string, version: number, known: number): void {
  if (version < known)
    throw new AssayError('trust-rollback', `${what}: version ${version} is lower than current version ${known}`, {
      detail: { what, version, known },
    });
  if (version - known > MAX_VERSION_JUMP)
    throw new AssayError('trust-fast-forward', `${what}: version ${known} is followed by version ${version}`, {
      detail: { what, version, known },
    });
}

/** Rollback attack through a new timestamp (TUF specification 1.0.34 section 5.4.3). */
export function requireTimestampProgress(
  { signed }: SignedFile<Timestamp>,
  { signed: known }: SignedFile<Timestamp>,
): void {
  requireProgress('timestamp', signed.version, known.version);
  if (signed.snapshot.version !== undefined && known.snapshot.version !== undefined)
    requireProgress('snapshot', signed.snapshot.version, known.snapshot.version);
}

/**
 * Rollback attack through a new snapshot (section 5.5.5): no file it lists goes back, none disappears. Where versions do
 * not refer (Notary v1) only the version of the snapshot itself counts.
 */
export function requireSnapshotProgress(
  { signed }: SignedFile<Snapshot>,
  { signed: known }: SignedFile<Snapshot>,
): void {
  requireProgress('snapshot', signed.version, known.version);
  for (const [role, { version: before }] of known.meta) {
    if (before === undefined || role === 'root') continue;
    const after = signed.meta.get(role)?.version;
    if (after === undefined)
      throw new AssayError('trust-rollback', `snapshot version ${signed.version} no longer lists ${role}`, {
        detail: { role, known: before },
      });
    requireProgress(role, after, before);
  }
}

/** What verified metadata names and the server does not have. */
export function missing(name: string, referrer: RoleName): AssayError {
  return new AssayError('trust-incomplete', `the server does not have ${name}, which ${referrer} names`);
}

/** Reads a file that was trusted before, or none when it cannot be read any more. */
export function readIfSound<T extends Metadata>(read: () => SignedFile<T>): SignedFile<T> | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
