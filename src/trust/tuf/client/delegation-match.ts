import { createHash } from 'node:crypto';
import type { DelegatedRole, Delegations, RoleName, SuccinctRoles } from '../metadata.ts';
import type { Delegator } from './chain.ts';
import { matchesPathPattern } from './path-pattern.ts';

/** A delegation that covers a target path. */
export interface Covering extends Delegator {
  readonly delegated: RoleName;
  readonly terminating: boolean;
}

/** The delegations of a role that cover a target path, in the order they are listed. */
export function coveringRoles(from: RoleName, delegations: Delegations | undefined, path: string): Covering[] {
  if (!delegations) return [];
  const { keys, roles, succinct } = delegations;
  if (succinct)
    // TAP 15: one bin covers a path, and nothing after it is looked at.
    return [{ name: from, keys, role: succinct, delegated: binName(succinct, path), terminating: true }];
  return roles
    .filter((role) => covers(role, path))
    .map((role) => ({ name: from, keys, role, delegated: role.name, terminating: role.terminating }));
}

/** True when the delegation is trusted for the path. */
export function covers({ matches }: DelegatedRole, path: string): boolean {
  if (matches.kind === 'patterns') return matches.patterns.some((pattern) => matchesPathPattern(path, pattern));
  if (matches.kind === 'prefixes') return matches.prefixes.some((prefix) => path.startsWith(prefix));
  const hash = createHash('sha256').update(path).digest('hex');
  return matches.prefixes.some((prefix) => hash.startsWith(prefix));
}

/** The bin of a path: the first bits of its SHA-256, written in as many hex digits as the last bin needs (TAP 15). */
export function binName({ bitLength, namePrefix }: SuccinctRoles, path: string): RoleName {
  const bin = createHash('sha256').update(path).digest().readUInt32BE() >>> (32 - bitLength);
  return `${namePrefix}-${bin.toString(16).padStart(Math.ceil(bitLength / 4), '0')}`;
}
