import { AssayError } from '../../../lib/error.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import type { DelegatedRole, Delegations, RoleName, TargetFile, Targets } from '../metadata.ts';
import { isDelegation, parentOf } from '../notary/roles.ts';
import { delegated, keysNow, merged, pruned, RELEASES, type RoleWithKeys } from './delegations.ts';
import type { Draft } from './draft.ts';
import { type CollectionState, draftTargets, nextTargets, signersOf, withFiles } from './state.ts';
import { draftLayout, layoutOf, tagsOf } from './tag-layout.ts';

export interface DelegationChange {
  readonly role: RoleName;
  readonly keys: readonly PublicKey[];
  /** Prefixes of the names it is trusted for; one empty prefix for all. */
  readonly prefixes: readonly string[];
  readonly threshold: number;
}

/**
 * Delegates to a role, or changes its keys, paths and threshold. A role that is trusted for every name is a signer of
 * docker's kind, whose keys join `targets/releases` too.
 *
 * In the TUF 1.x repository a delegated role must have a file from the start, or lookups end there. So the keys of the
 * delegating role may sign it as well (they could take it back anyway): the owner makes the first file, with the tags
 * that `targets` held until then.
 */
export function draftDelegation(state: CollectionState, change: DelegationChange, now: number): Draft[] {
  if (!isDelegation(change.role))
    throw new AssayError('input-invalid', `${change.role} is no role to delegate to; use targets/<name> in lower case`);
  if (change.threshold > change.keys.length)
    throw new AssayError(
      'input-invalid',
      `${change.role} needs ${change.threshold} keys and has ${change.keys.length}`,
    );
  const parent = parentOf(change.role);
  const signer = parent === 'targets' && change.prefixes.includes('');
  if (state.dialect === 'notary') {
    requireWithin(state, parent, change);
    const roles = [delegated(state, change.role, change.keys, change)];
    if (signer && change.role !== RELEASES)
      roles.push(
        delegated(state, RELEASES, [...keysNow(state, RELEASES), ...change.keys], { ...change, threshold: 1 }),
      );
    return [draftParent(state, parent, roles, now)];
  }
  // What a signer passes on stands below a role of its own, which only Notary's form has.
  if (parent !== 'targets' && !state.files.has(parent)) return [];
  const layout = layoutOf(state);
  if (signer && layout.bits > 0)
    return draftLayout(state, { ...layout, signers: [...(layout.signers ?? []), ...change.keys] }, tagsOf(state), now);
  if (state.files.get(parent)?.delegations?.succinct)
    throw new AssayError(
      'input-invalid',
      `the TUF 1.x tags of ${state.gun} stand in bins, and no role can stand beside them; first: assay trust delegate ${state.gun} --bins 1`,
    );
  const role = signer ? RELEASES : change.role;
  const owners = keysNow(state, parent);
  const known = keysNow(state, role);
  const keys = [...(signer ? known : []), ...change.keys, ...owners];
  const roles = [delegated(state, role, keys, { ...change, threshold: signer ? 1 : change.threshold })];
  return draftWithFile(state, parent, role, roles, now);
}

/** Nobody passes on more than they have: readers ask every role on the way down. */
function requireWithin(state: CollectionState, parent: RoleName, { role, prefixes }: DelegationChange): void {
  if (parent === 'targets') return;
  signersOf(state, parent);
  const above = state.files.get(parentOf(parent))?.delegations?.roles.find((each) => each.name === parent);
  const own = above?.matches.kind === 'prefixes' ? above.matches.prefixes : [];
  const beyond = prefixes.find((prefix) => !own.some((each) => prefix.startsWith(each)));
  if (beyond !== undefined)
    throw new AssayError(
      'input-invalid',
      `${parent} is trusted for names that begin with ${own.join(', ')} and cannot pass on ${
        beyond === '' ? 'every name' : beyond
      } to ${role}; say which with --path`,
    );
}

/** Ends a delegation. Of a signer's keys in `targets/releases` those go that no other signer has. */
export function draftUndelegation(state: CollectionState, role: RoleName, now: number): Draft[] {
  const parent = parentOf(role);
  const standing = state.files.get(parent)?.delegations;
  const leaving = standing?.roles.find((each) => each.name === role);
  if (state.dialect === 'notary' && (!standing || !leaving))
    throw new AssayError('input-invalid', `${state.gun} has no role ${role}`);
  if (!standing) return [];
  if (state.dialect === 'notary' && leaving) return [undelegatedNotary(state, parent, standing, leaving, now)];
  if (!leaving) return [];
  const roles = standing.roles.filter((each) => each.name !== role);
  return [
    draftTargets(state, parent, { ...nextTargets(state, parent, now), delegations: pruned(standing.keys, roles) }),
  ];
}

function undelegatedNotary(
  state: CollectionState,
  parent: RoleName,
  standing: Delegations,
  leaving: DelegatedRole,
  now: number,
): Draft {
  const others = standing.roles.filter((each) => each.name !== leaving.name && each.name !== RELEASES);
  const stillUsed = new Set(others.flatMap((each) => each.keyIds));
  const roles = standing.roles.flatMap((each) => {
    if (each.name === leaving.name) return [];
    if (each.name !== RELEASES) return [each];
    const keyIds = each.keyIds.filter((id) => !leaving.keyIds.includes(id) || stillUsed.has(id));
    return keyIds.length === 0 ? [] : [{ ...each, keyIds }];
  });
  return draftTargets(state, parent, { ...nextTargets(state, parent, now), delegations: pruned(standing.keys, roles) });
}

/**
 * The TUF 1.x side of a signer who leaves: `targets/releases` without the signer's keys, signed anew by the owner,
 * without the tags that nobody who stays has signed.
 */
export function draftReleases(
  state: CollectionState,
  stays: readonly PublicKey[],
  keep: (name: string, file: TargetFile) => boolean,
  now: number,
): Draft[] {
  if (!state.files.get('targets')?.delegations?.roles.some((each) => each.name === RELEASES)) return [];
  const { bits } = layoutOf(state);
  if (bits > 0) {
    const tags = new Map([...tagsOf(state)].filter(([name, file]) => keep(name, file)));
    return draftLayout(state, { signers: stays, bits }, tags, now);
  }
  const keys = [...stays, ...keysNow(state, 'targets')];
  const role = delegated(state, RELEASES, keys, { prefixes: [''], threshold: 1 });
  const [parent] = draftWithFile(state, 'targets', RELEASES, [role], now);
  const changed = withFiles(state, [
    ['targets', { ...nextTargets(state, 'targets', now), delegations: merged(state, 'targets', [role]) }],
  ]);
  const next = nextTargets(state, RELEASES, now);
  const targets = new Map([...next.targets].filter(([name, file]) => keep(name, file)));
  return parent ? [parent, draftTargets(changed, RELEASES, { ...next, targets })] : [];
}

function draftParent(state: CollectionState, parent: RoleName, roles: readonly RoleWithKeys[], now: number): Draft {
  return draftTargets(state, parent, {
    ...nextTargets(state, parent, now),
    delegations: merged(state, parent, roles),
  });
}

function draftWithFile(
  state: CollectionState,
  parent: RoleName,
  role: RoleName,
  roles: readonly RoleWithKeys[],
  now: number,
): Draft[] {
  const moves = role === RELEASES && !state.files.has(RELEASES);
  const next: Targets = { ...nextTargets(state, parent, now), delegations: merged(state, parent, roles) };
  const above: Targets = moves ? { ...next, targets: new Map() } : next;
  const changed = withFiles(state, [[parent, above]]);
  const drafts = [draftTargets(state, parent, above)];
  if (state.files.has(role)) return drafts;
  const first = nextTargets(state, role, now);
  return [...drafts, draftTargets(changed, role, moves ? { ...first, targets: next.targets } : first)];
}
