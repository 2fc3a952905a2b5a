import { AssayError } from '../../../lib/error.ts';
import { contentHash } from '../content-hash.ts';
import type { Envelope } from '../envelope.ts';
import { delegatedKeys } from '../client/delegation-match.ts';
import type { RoleKeys, RoleName, Root, SignedFile, Snapshot, Targets } from '../metadata.ts';
import { requireThreshold, type SchemeOf } from '../signatures.ts';
import { asRejection, rejected } from './rejection.ts';
import { isDelegation, parentOf } from '../notary/roles.ts';
import { expiredText } from './expired-text.ts';

/** What stands in the repository when an update arrives, as far as the update touches it. */
export interface Standing {
  readonly root: SignedFile<Root> | undefined;
  readonly targets: ReadonlyMap<RoleName, SignedFile<Targets>>;
}

/** What differs between the dialects when an update is checked. */
export interface PublishRules {
  readonly schemeOf: SchemeOf;
  readOuter(raw: Uint8Array): Envelope;
  interpret(role: RoleName, envelope: Envelope): SignedFile;
  /** A file of this role that was read before, by its SHA-256, if it is still remembered. */
  recall(role: RoleName, sha256: string): SignedFile | undefined;
  validateRoot(part: Envelope, previous: SignedFile<Root> | undefined, gun: string, now: number): SignedFile<Root>;
}

export interface Update {
  readonly rules: PublishRules;
  readonly gun: string;
  readonly now: number;
  readonly standing: Standing;
  readonly parts: ReadonlyMap<RoleName, Envelope>;
}

/** An update that holds: the root in force after it, and its parts as metadata. A missing snapshot is the server's to make. */
export interface Accepted {
  readonly root: SignedFile<Root>;
  readonly targets: ReadonlyMap<RoleName, SignedFile<Targets>>;
  readonly snapshot: SignedFile<Snapshot> | undefined;
}

/** Roles whose standing files an update needs besides its own parts: targets and every delegator above a part. */
export function neededFor(parts: ReadonlyMap<RoleName, unknown>): RoleName[] {
  const needed = new Set<RoleName>(['targets']);
  for (const part of parts.keys())
    for (let role = part; isDelegation(role); role = parentOf(role)) needed.add(parentOf(role));
  return [...needed].filter((role) => !parts.has(role));
}

/** Validates a publish rule by rule, in notary-server's order and words; throws `trust-update-invalid`. */
export function validatePublish(update: Update): Accepted {
  const { rules, standing, parts, gun, now } = update;
  const rootPart = parts.get('root');
  if (!standing.root && !rootPart)
    throw rejected('ErrValidation', 'no pre-existing root and no root provided in update.');
  const root = rootPart ? rules.validateRoot(rootPart, standing.root, gun, now) : standing.root!;
  const targets = validateTargets(update, root.signed);
  const snapshotPart = parts.get('snapshot');
  const snapshot = snapshotPart && validateSnapshot(snapshotPart, root, { ...update, accepted: targets });
  return { root, targets, snapshot };
}

function validateTargets({ rules, parts, standing, now }: Update, root: Root): Map<RoleName, SignedFile<Targets>> {
  const accepted = new Map<RoleName, SignedFile<Targets>>();
  const roles = [...parts.keys()].filter((role) => role === 'targets' || isDelegation(role)).sort(shallowFirst);
  if (!parts.has('targets') && !standing.targets.has('targets'))
    throw rejected('ErrValidation', 'targets must be loaded first');
  for (const role of roles) {
    const delegation = keysOf(role, root, (parent) => accepted.get(parent) ?? standing.targets.get(parent));
    if (!delegation) throw rejected('ErrBadTargets', `tuf: invalid role ${role}. delegation does not exist`);
    accepted.set(role, validateTargetsFile(rules, role, parts.get(role)!, delegation, now));
  }
  // A root that takes the targets keys away from the file in store would leave a repository nobody can read.
  const kept = accepted.has('targets') ? undefined : standing.targets.get('targets');
  if (kept && parts.has('root'))
    asRejection('ErrBadTargets', () =>
      requireThreshold('targets', kept, root.roles.targets, root.keys, rules.schemeOf),
    );
  return accepted;
}

function shallowFirst(a: RoleName, b: RoleName): number {
  return a.split('/').length - b.split('/').length;
}

interface RoleAndKeys extends RoleKeys {
  readonly keys: Root['keys'];
}

function keysOf(
  role: RoleName,
  root: Root,
  targetsOf: (role: RoleName) => SignedFile<Targets> | undefined,
): RoleAndKeys | undefined {
  if (role === 'targets') return { ...root.roles.targets, keys: root.keys };
  const delegations = targetsOf(parentOf(role))?.signed.delegations;
  const delegated = delegatedKeys(delegations, role);
  return delegations && delegated && { ...delegated, keys: delegations.keys };
}

function validateTargetsFile(
  rules: PublishRules,
  role: RoleName,
  part: Envelope,
  by: RoleAndKeys,
  now: number,
): SignedFile<Targets> {
  return asRejection('ErrBadTargets', () => {
    requireThreshold(role, part, by, by.keys, rules.schemeOf);
    const file = rules.interpret(role, part) as SignedFile<Targets>;
    requireInForce(role, file, now);
    return file;
  });
}

function requireInForce(role: RoleName, file: SignedFile, now: number): void {
  if (file.signed.expires < now) throw new AssayError('trust-expired', expiredText(role, file.signed.expires));
}

function validateSnapshot(
  part: Envelope,
  root: SignedFile<Root>,
  { rules, standing, accepted, now }: Update & { accepted: ReadonlyMap<RoleName, SignedFile<Targets>> },
): SignedFile<Snapshot> {
  return asRejection('ErrBadSnapshot', () => {
    requireThreshold('snapshot', part, root.signed.roles.snapshot, root.signed.keys, rules.schemeOf);
    const file = rules.interpret('snapshot', part) as SignedFile<Snapshot>;
    requireInForce('snapshot', file, now);
    const loaded = new Map<RoleName, SignedFile>([['root', root], ...standing.targets, ...accepted]);
    for (const [role, each] of loaded) {
      const meta = file.signed.meta.get(role);
      if (!meta?.hashes) {
        if (role === 'root' || role === 'targets' || accepted.has(role))
          throw new AssayError('trust-version-mismatch', `snapshot does not list ${role}`);
        continue;
      }
      for (const [algorithm, expected] of Object.entries(meta.hashes)) {
        if (algorithm !== 'sha256' && algorithm !== 'sha512') continue;
        if (contentHash(algorithm, each.raw) !== expected)
          throw new AssayError(
            'trust-hash-mismatch',
            `${algorithm} checksum for ${role} did not match: expected ${expected}`,
          );
      }
    }
    return file;
  });
}
