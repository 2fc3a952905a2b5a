/**
 * What can be done to a repository, or to every repository of an organisation. `sign` covers trust metadata and
 * signatures, `manage` settings, visibility, tag rules and roles up to one's own, `audit` reading the record of changes,
 * `administer` the organisation itself: its teams, robots, own roles and policies, `inspect` reading what a policy holds
 * back, for those who publish, sign or scan it.
 */
export const actions = ['pull', 'push', 'delete', 'manage', 'sign', 'audit', 'administer', 'inspect'] as const;
export type Action = (typeof actions)[number];

/** The roles that every organisation has. */
export const roles = {
  reader: ['pull'],
  scanner: ['pull', 'inspect'],
  auditor: ['pull', 'audit', 'inspect'],
  signer: ['pull', 'sign', 'inspect'],
  publisher: ['pull', 'push', 'sign', 'inspect'],
  maintainer: ['pull', 'push', 'sign', 'delete', 'manage', 'inspect'],
  owner: actions,
} as const satisfies Record<string, readonly Action[]>;

export type BuiltInRole = keyof typeof roles;
/** The name of a built-in role, or of one that an organisation made. */
export type Role = string;
export const roleNames = Object.keys(roles) as BuiltInRole[];

export const allActions: readonly Action[] = actions;

export function isBuiltInRole(text: string): text is BuiltInRole {
  return Object.hasOwn(roles, text);
}

/** The bit of an action in the mask that a grant is stored with; never renumbered. */
export function maskOf(some: Iterable<Action>): number {
  let mask = 0;
  for (const action of some) mask |= 1 << actions.indexOf(action);
  return mask;
}

export function actionsOfMask(mask: number): Action[] {
  return actions.filter((_, bit) => (mask & (1 << bit)) !== 0);
}

const ROLE_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** True for a name that an organisation may give to a role of its own. */
export function isRoleName(text: string): boolean {
  return ROLE_NAME.test(text) && !text.endsWith('-') && !isBuiltInRole(text);
}

/** The actions of `wanted` that `held` lacks: nobody hands out what they do not hold. */
export function beyond(wanted: Iterable<Action>, held: ReadonlySet<Action>): Action[] {
  return [...wanted].filter((action) => !held.has(action));
}
