/** What can be done to a repository. `manage` covers its settings, visibility and members. */
export type Action = 'pull' | 'push' | 'delete' | 'manage';

export const roles = {
  reader: ['pull'],
  publisher: ['pull', 'push'],
  maintainer: ['pull', 'push', 'delete', 'manage'],
  owner: ['pull', 'push', 'delete', 'manage'],
} as const satisfies Record<string, readonly Action[]>;

export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

export const allActions: readonly Action[] = ['pull', 'push', 'delete', 'manage'];

export function isRole(text: string): text is Role {
  return text in roles;
}

/** The roles that hold a right; SQL compares grants with this list. */
export function rolesWith(action: Action): Role[] {
  return roleNames.filter((role) => (roles[role] as readonly Action[]).includes(action));
}
