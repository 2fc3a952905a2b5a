import type { PublicKey } from '../../keys/public-key.ts';
import type { DelegatedRole, Delegations, RoleName } from '../metadata.ts';
import { parentOf } from '../notary/roles.ts';
import { type CollectionState, keyIn } from './state.ts';

/** The role that docker pulls by; every signer's key is in it. */
export const RELEASES = 'targets/releases';

/** The one delegation of a TUF 1.x repository that has signers: theirs and the owners' keys, for every tag. */
export function releasesDelegation(state: CollectionState, signers: readonly PublicKey[]): Delegations {
  const { role, keys } = delegated(state, RELEASES, [...signers, ...keysNow(state, 'targets')], {
    prefixes: [''],
    threshold: 1,
  });
  return { keys: new Map(keys.map((key) => [key.id, key])), roles: [role] };
}

/** The keys of a role as the role above lists them. */
export function keysNow(state: CollectionState, role: RoleName): PublicKey[] {
  if (role === 'targets') return state.root.roles.targets.keyIds.flatMap((id) => state.root.keys.get(id) ?? []);
  const delegations = state.files.get(parentOf(role))?.delegations;
  const ids = delegations?.roles.find((each) => each.name === role)?.keyIds ?? [];
  return ids.flatMap((id) => delegations?.keys.get(id) ?? []);
}

/** A delegated role with its keys in the words of a dialect. */
export interface RoleWithKeys {
  readonly role: DelegatedRole;
  readonly keys: readonly PublicKey[];
}

export function delegated(
  state: CollectionState,
  name: RoleName,
  keys: readonly PublicKey[],
  { prefixes, threshold }: { prefixes: readonly string[]; threshold: number },
): RoleWithKeys {
  const named = [...new Map(keys.map((key) => keyIn(state.dialect, key)).map((key) => [key.id, key])).values()];
  const matches =
    state.dialect === 'notary'
      ? ({ kind: 'prefixes', prefixes } as const)
      : ({ kind: 'patterns', patterns: prefixes.map(patternOf) } as const);
  return {
    keys: named,
    role: { name, keyIds: named.map((key) => key.id), threshold, terminating: false, matches },
  };
}

/** A prefix as a pattern; tags hold no slash, which a pattern's star does not cross. */
function patternOf(prefix: string): string {
  return `${prefix.replaceAll(/[*?[\]]/g, '?')}*`;
}

/** A role's delegations with these in place of those of the same names. */
export function merged(state: CollectionState, parent: RoleName, roles: readonly RoleWithKeys[]): Delegations {
  const standing = state.files.get(parent)?.delegations;
  const keys = new Map(standing?.keys);
  const byName = new Map((standing?.roles ?? []).map((each) => [each.name, each]));
  for (const { role, keys: own } of roles) {
    for (const key of own) keys.set(key.id, key);
    byName.set(role.name, role);
  }
  return pruned(keys, [...byName.values()]);
}

/** Keys that no role lists any more are left out. */
export function pruned(keys: ReadonlyMap<string, PublicKey>, roles: readonly DelegatedRole[]): Delegations {
  const used = new Set(roles.flatMap((role) => role.keyIds));
  return { keys: new Map([...keys].filter(([id]) => used.has(id))), roles };
}

/** A role's delegations with these beside them. */
export function delegationsWith(state: CollectionState, parent: RoleName, more: Delegations): Delegations {
  return merged(
    state,
    parent,
    more.roles.map((role) => ({ role, keys: role.keyIds.flatMap((id) => more.keys.get(id) ?? []) })),
  );
}
