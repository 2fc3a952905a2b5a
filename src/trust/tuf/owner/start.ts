import type { PublicKey } from '../../keys/public-key.ts';
import { type RoleKeys, type Root, type Targets, type TopLevelRole, topLevelRoles } from '../metadata.ts';
import { type Draft } from './draft.ts';
import { type DialectName, draftRoot, draftTargets, keyIn, OWNER_GOOD_FOR_MS } from './state.ts';

export interface RoleChoice {
  readonly keys: readonly PublicKey[];
  readonly threshold: number;
}

/** What a new collection begins with. Root keys carry their certificate for Notary v1. */
export interface Beginning {
  readonly gun: string;
  readonly now: number;
  readonly roles: Readonly<Record<TopLevelRole, RoleChoice>>;
}

/** The first root of a collection. */
export function firstRoot(dialect: DialectName, { now, roles }: Pick<Beginning, 'now' | 'roles'>): Root {
  return {
    type: 'root',
    version: 1,
    expires: now + OWNER_GOOD_FOR_MS.root,
    consistentSnapshot: dialect === 'tuf-1.0',
    ...rolesIn(dialect, roles),
  };
}

/** Root and empty targets of a new collection in one dialect. */
export function draftBeginning(dialect: DialectName, { gun, now, roles }: Beginning): Draft[] {
  const root = firstRoot(dialect, { now, roles });
  const targets: Targets = {
    type: 'targets',
    version: 1,
    expires: now + OWNER_GOOD_FOR_MS.targets,
    targets: new Map(),
    delegations: undefined,
  };
  const state = { gun, dialect, root, files: new Map() };
  return [draftRoot(dialect, root, undefined), draftTargets(state, 'targets', targets)];
}

/** Keys and roles of a root in a dialect. */
export function rolesIn(
  dialect: DialectName,
  choices: Readonly<Record<TopLevelRole, RoleChoice>>,
): Pick<Root, 'keys' | 'roles'> {
  const keys = new Map<string, PublicKey>();
  const roles: Partial<Record<TopLevelRole, RoleKeys>> = {};
  for (const role of topLevelRoles) {
    const named = choices[role].keys.map((key) => keyIn(dialect, role === 'root' ? key : plain(key)));
    for (const key of named) keys.set(key.id, key);
    roles[role] = { keyIds: named.map((key) => key.id), threshold: choices[role].threshold };
  }
  return { keys, roles: roles as Record<TopLevelRole, RoleKeys> };
}

/** Certificates are for the root role only. */
function plain(key: PublicKey): PublicKey {
  const { certificates: _certificates, ...rest } = key;
  return rest;
}

/** The choices that a root stands for, to change some of them. */
export function choicesOf(root: Root): Record<TopLevelRole, RoleChoice> {
  const choice = (role: TopLevelRole): RoleChoice => ({
    keys: root.roles[role].keyIds.flatMap((id) => root.keys.get(id) ?? []),
    threshold: root.roles[role].threshold,
  });
  return {
    root: choice('root'),
    targets: choice('targets'),
    snapshot: choice('snapshot'),
    timestamp: choice('timestamp'),
  };
}
