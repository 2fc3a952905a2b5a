import { createHash } from 'node:crypto';
import type { DelegatedRole, Delegations, RoleKeys, RoleName, SuccinctRoles } from '../metadata.ts';
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

/** Who signs a delegated role, a bin included; undefined when there is no such role. */
export function delegatedKeys(delegations: Delegations | undefined, name: RoleName): RoleKeys | undefined {
  const { succinct, roles = [] } = delegations ?? {};
  return succinct && isBin(succinct, name) ? succinct : roles.find((each) => each.name === name);
}

/** Every bin's name, in order (TAP 15). */
export function* binNames({ bitLength, namePrefix }: SuccinctRoles): Generator<RoleName> {
  const digits = Math.ceil(bitLength / 4);
  for (let bin = 0; bin < 2 ** bitLength; bin++) yield `${namePrefix}-${bin.toString(16).padStart(digits, '0')}`;
}

function isBin({ bitLength, namePrefix }: SuccinctRoles, name: RoleName): boolean {
  const number = name.startsWith(`${namePrefix}-`) ? name.slice(namePrefix.length + 1) : '';
  return (
    number.length === Math.ceil(bitLength / 4) &&
    /^[0-9a-f]+$/.test(number) &&
    Number.parseInt(number, 16) < 2 ** bitLength
  );
}

/** The bin of a path: the first bits of its SHA-256, written in as many hex digits as the last bin needs (TAP 15). */
export function binName({ bitLength, namePrefix }: SuccinctRoles, path: string): RoleName {
  const bin = createHash('sha256').update(path).digest().readUInt32BE() >>> (32 - bitLength);
  return `${namePrefix}-${bin.toString(16).padStart(Math.ceil(bitLength / 4), '0')}`;
}
