import type { RoleName } from '../metadata.ts';

const DELEGATION = /^targets(?:\/[-a-z0-9_]+)+$/;

/** True for `targets/<name>` and deeper ones; names are lower case (Notary v1). */
export function isDelegation(role: string): boolean {
  return role.length <= 255 && DELEGATION.test(role);
}

/** True for what a file may be published or asked for as. */
export function isNotaryRole(role: string): boolean {
  return role === 'root' || role === 'targets' || role === 'snapshot' || role === 'timestamp' || isDelegation(role);
}

/** The role that delegates to this one. */
export function parentOf(role: RoleName): RoleName {
  return role.slice(0, role.lastIndexOf('/'));
}
