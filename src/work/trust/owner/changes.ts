import { AssayError } from '../../../lib/error.ts';
import type { PublicKey } from '../../../trust/keys/public-key.ts';
import {
  type DelegationChange,
  draftDelegation,
  draftReleases,
  draftUndelegation,
} from '../../../trust/tuf/owner/delegate.ts';
import { RELEASES } from '../../../trust/tuf/owner/delegations.ts';
import { draftRenewal, draftRootChange } from '../../../trust/tuf/owner/change-root.ts';
import type { Draft } from '../../../trust/tuf/owner/draft.ts';
import {
  draftRevocation,
  draftSignature,
  type NamedTarget,
  rolesForTag,
} from '../../../trust/tuf/owner/sign-targets.ts';
import { choicesOf, type RoleChoice } from '../../../trust/tuf/owner/start.ts';
import { type CollectionState, keyRefs, signersOf } from '../../../trust/tuf/owner/state.ts';
import { draftLayout, layoutOf, MAX_BIN_BITS, tagsOf } from '../../../trust/tuf/owner/tag-layout.ts';
import { covers, delegatedKeys } from '../../../trust/tuf/client/delegation-match.ts';
import { isDelegation, parentOf } from '../../../trust/tuf/notary/roles.ts';
import type { RoleName, Root, TopLevelRole } from '../../../trust/tuf/metadata.ts';
import { requireNotary } from './apply.ts';
import type { OwnedCollection } from './load.ts';

/** The states that a change is made in: Notary's, and TUF 1.x where it is there. */
function states(owned: OwnedCollection, gun: string): CollectionState[] {
  return [requireNotary(owned, gun), ...(owned.tuf1 ? [owned.tuf1] : [])];
}

/**
 * The roles that somebody with these keys signs tags in. While nobody is delegated to it is `targets`; from then on, as
 * with docker, the signers' own roles. Throws `key-unknown` when none of the keys is here.
 */
export function rolesToSign(state: CollectionState, held: ReadonlySet<string>): RoleName[] {
  const delegated = state.files.get('targets')?.delegations?.roles ?? [];
  if (delegated.length === 0) return ['targets'];
  const mine = delegated.filter((role) => {
    const keys = state.files.get('targets')?.delegations?.keys ?? new Map<string, PublicKey>();
    return keyRefs(role, keys).some((key) => held.has(key.canonicalId));
  });
  const own = mine.filter((role) => role.name !== RELEASES && coversAll(role.matches));
  const chosen = own.length > 0 ? own : mine.filter((role) => role.name === RELEASES);
  if (chosen.length > 0) return chosen.map((role) => role.name);
  const names = delegated.map((role) => role.name.replace(/^targets\//, '')).filter((name) => name !== 'releases');
  throw new AssayError(
    'key-unknown',
    `${state.gun} is signed by its signers (${names.join(', ') || 'targets/releases'}), and none of their keys is here`,
  );
}

function coversAll(matches: { kind: string; prefixes?: readonly string[]; patterns?: readonly string[] }): boolean {
  return (matches.prefixes?.includes('') ?? false) || (matches.patterns?.includes('*') ?? false);
}

/** Signs names in a role, or in those that the keys at hand stand for. */
export function signTargets(
  owned: OwnedCollection,
  gun: string,
  {
    targets,
    role,
    held,
    now,
  }: { targets: readonly NamedTarget[]; role: RoleName | undefined; held: ReadonlySet<string>; now: number },
): Draft[] {
  const notary = requireNotary(owned, gun);
  const roles = role === undefined ? rolesToSign(notary, held) : [role];
  // Names the role before anything is made for one that does not exist.
  for (const each of roles) {
    signersOf(notary, each);
    requireCovered(
      notary,
      each,
      targets.map((target) => target.name),
    );
  }
  return [
    ...draftSignature(notary, roles, targets, now),
    ...(owned.tuf1 && reaches(owned.tuf1, roles, held) ? draftSignature(owned.tuf1, roles, targets, now) : []),
  ];
}

/** Whether a signer's keys are known to the TUF 1.x repository too; docker's commands change Notary's alone. */
function reaches(tuf1: CollectionState, roles: readonly RoleName[], held: ReadonlySet<string>): boolean {
  return roles
    .flatMap((role) => rolesForTag(tuf1, role))
    .every((role) => {
      if (role === 'targets') return roles.includes('targets');
      const delegations = tuf1.files.get(parentOf(role))?.delegations;
      const keys = delegatedKeys(delegations, role);
      return delegations && keys && keyRefs(keys, delegations.keys).some((key) => held.has(key.canonicalId));
    });
}

/** A name outside of what a role is trusted for would be signed for nobody. */
function requireCovered(state: CollectionState, role: RoleName, names: readonly string[]): void {
  for (let below = role; isDelegation(below); below = parentOf(below)) {
    const delegated = state.files.get(parentOf(below))?.delegations?.roles.find((each) => each.name === below);
    const beyond = delegated && names.find((name) => !covers(delegated, name));
    if (beyond === undefined) continue;
    const prefixes = delegated?.matches.kind === 'prefixes' ? delegated.matches.prefixes.join(', ') : '';
    throw new AssayError(
      'input-invalid',
      `${below} is trusted for names that begin with ${prefixes}; ${beyond} does not`,
    );
  }
}

/** Takes signatures back. Throws `trust-not-signed` when there is none to take back. */
export function revokeTargets(
  owned: OwnedCollection,
  gun: string,
  {
    names,
    role,
    held,
    now,
  }: { names: readonly string[] | 'all'; role: RoleName | undefined; held: ReadonlySet<string>; now: number },
): Draft[] {
  const notary = requireNotary(owned, gun);
  const roles = role === undefined ? rolesToSign(notary, held) : [role];
  const drafts = draftRevocation(notary, roles, names, now);
  if (drafts.length === 0)
    throw new AssayError(
      'trust-not-signed',
      names === 'all'
        ? `nothing in ${gun} is signed by ${roles.join(', ')}`
        : `${names.join(', ')} in ${gun} is not signed by ${roles.join(', ')}`,
    );
  if (owned.tuf1 && reaches(owned.tuf1, roles, held)) drafts.push(...draftRevocation(owned.tuf1, roles, names, now));
  return drafts;
}

export function delegate(owned: OwnedCollection, gun: string, change: DelegationChange, now: number): Draft[] {
  return states(owned, gun).flatMap((state) => draftDelegation(state, change, now));
}

/** Spreads the tags of the TUF 1.x repository over so many hash bins, or gathers them in one file again. */
export function spreadTags(owned: OwnedCollection, gun: string, bins: number, now: number): Draft[] {
  const bits = Math.log2(bins);
  if (!Number.isInteger(bits) || bits > MAX_BIN_BITS)
    throw new AssayError('input-invalid', `bins come as a power of two, up to ${2 ** MAX_BIN_BITS}`);
  const { tuf1 } = owned;
  if (!tuf1)
    throw new AssayError(
      'trust-missing',
      `${gun} has no TUF 1.x repository, and Notary's form has no bins; begin with: assay trust upgrade ${gun}`,
    );
  return draftLayout(tuf1, { ...layoutOf(tuf1), bits }, tagsOf(tuf1), now);
}

/** Ends a delegation; tags of a signer who leaves stay in the TUF 1.x repository only where somebody who stays signed them. */
export function undelegate(owned: OwnedCollection, gun: string, role: RoleName, now: number): Draft[] {
  const notary = requireNotary(owned, gun);
  const drafts = draftUndelegation(notary, role, now);
  const { tuf1 } = owned;
  if (!tuf1) return drafts;
  const delegations = notary.files.get('targets')?.delegations;
  const leaving = delegations?.roles.find((each) => each.name === role);
  if (!leaving || !coversAll(leaving.matches)) return [...drafts, ...draftUndelegation(tuf1, role, now)];
  const stay = delegations!.roles.filter(
    (each) => each.name !== role && each.name !== RELEASES && coversAll(each.matches),
  );
  const keys = stay.flatMap((each) => each.keyIds.flatMap((id) => delegations!.keys.get(id) ?? []));
  const left = notary.files.get(role)?.targets;
  const kept = draftReleases(
    tuf1,
    keys,
    (name, file) =>
      left?.get(name)?.hashes['sha256'] !== file.hashes['sha256'] ||
      stay.some((each) => notary.files.get(each.name)?.targets.get(name)?.hashes['sha256'] === file.hashes['sha256']),
    now,
  );
  return [...drafts, ...kept];
}

/** Other keys or thresholds for top-level roles, in every dialect. */
export function changeRoles(
  owned: OwnedCollection,
  gun: string,
  change: (choices: Record<TopLevelRole, RoleChoice>, root: Root) => Partial<Record<TopLevelRole, RoleChoice>>,
  now: number,
): Draft[] {
  return states(owned, gun).flatMap((state) => draftRootChange(state, change(choicesOf(state.root), state.root), now));
}

export function renew(owned: OwnedCollection, gun: string, role: RoleName, now: number, expires?: number): Draft[] {
  return states(owned, gun).flatMap((state) => draftRenewal(state, role, now, expires));
}
