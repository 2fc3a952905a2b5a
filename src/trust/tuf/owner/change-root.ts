import { AssayError } from '../../../lib/error.ts';
import { isDelegation } from '../notary/roles.ts';
import type { RoleName, Root, TopLevelRole } from '../metadata.ts';
import type { Draft } from './draft.ts';
import { RELEASES } from './delegations.ts';
import { binsBelow, draftLayout, layoutOf, tagsOf } from './tag-layout.ts';
import { choicesOf, type RoleChoice, rolesIn } from './start.ts';
import { type CollectionState, draftRoot, draftTargets, keyIn, nextRoot, nextTargets } from './state.ts';

export type RoleChanges = Readonly<Partial<Record<TopLevelRole, RoleChoice>>>;

/** The next root, with other keys or thresholds for some roles. Throws `input-invalid` for one that can never be met. */
export function changedRoot(state: CollectionState, changes: RoleChanges, now: number): Root {
  for (const [role, choice] of Object.entries(changes))
    if (choice.threshold < 1 || choice.threshold > choice.keys.length)
      throw new AssayError(
        'input-invalid',
        `a threshold of ${choice.threshold} for ${role} cannot be met by ${choice.keys.length} keys`,
      );
  return { ...nextRoot(state, now), ...rolesIn(state.dialect, { ...choicesOf(state.root), ...changes }) };
}

/**
 * A root with other keys or thresholds for some roles. When the targets keys change, targets are signed anew in the same
 * update; in the TUF 1.x repository so is `targets/releases`, which the owner may sign.
 */
export function draftRootChange(state: CollectionState, changes: RoleChanges, now: number): Draft[] {
  const root = changedRoot(state, changes, now);
  const drafts = [draftRoot(state.dialect, root, state.root)];
  if (!changes.targets) return drafts;
  const changed = { ...state, root };
  const { signers, bits } = layoutOf(state);
  if (state.dialect === 'tuf-1.0' && bits > 0) {
    const old = new Set(state.root.roles.targets.keyIds);
    const stay = signers?.filter((key) => !old.has(key.id));
    return [...drafts, ...draftLayout(changed, { signers: stay, bits }, tagsOf(state), now)];
  }
  const targets = nextTargets(state, 'targets', now);
  const releases = state.dialect === 'tuf-1.0' && state.files.has(RELEASES);
  if (!releases) return [...drafts, draftTargets(changed, 'targets', targets)];
  const renewed = { ...targets, delegations: withOwners(state, changes.targets) };
  const above = { ...changed, files: new Map([...state.files, ['targets', renewed]]) };
  return [
    ...drafts,
    draftTargets(changed, 'targets', renewed),
    draftTargets(above, RELEASES, nextTargets(state, RELEASES, now)),
  ];
}

/** The owners' new keys in place of their old ones, wherever they are listed beside delegates'. */
function withOwners(state: CollectionState, owners: RoleChoice) {
  const standing = state.files.get('targets')?.delegations;
  if (!standing) return undefined;
  const old = new Set(state.root.roles.targets.keyIds);
  const added = owners.keys.map((key) => keyIn(state.dialect, key));
  const roles = standing.roles.map((role) => ({
    ...role,
    keyIds: [...new Set([...role.keyIds.filter((id) => !old.has(id)), ...added.map((key) => key.id)])],
  }));
  const keys = new Map([...standing.keys, ...added.map((key) => [key.id, key] as const)]);
  const used = new Set(roles.flatMap((role) => role.keyIds));
  return { keys: new Map([...keys].filter(([id]) => used.has(id))), roles };
}

/** The same content signed again: with another expiry, or by keys that have come in since. */
export function draftRenewal(state: CollectionState, role: RoleName, now: number, expires?: number): Draft[] {
  const at = expires === undefined ? {} : { expires };
  if (role === 'root') return [draftRoot(state.dialect, { ...nextRoot(state, now), ...at }, state.root)];
  if (role !== 'targets' && !isDelegation(role))
    throw new AssayError('input-invalid', `${role} is signed by the server, which renews it in time`);
  if (!state.files.has(role)) {
    if (state.dialect === 'tuf-1.0') return [];
    throw new AssayError('input-invalid', `${state.gun} has no file of the role ${role}`);
  }
  // Bins have no name that a person would renew them by.
  const files = [role, ...binsBelow(state.files.get(role))];
  return files.map((each) => draftTargets(state, each, { ...nextTargets(state, each, now), ...at }));
}
