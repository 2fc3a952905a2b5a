import { AssayError } from '../../../lib/error.ts';
import type { PublicKey } from '../../keys/public-key.ts';
import { canonicalText } from '../canonical-json.ts';
import { delegatedKeys } from '../client/delegation-match.ts';
import type { RoleKeys, RoleName, Root, Targets } from '../metadata.ts';
import { canonicalKeyId, readNotaryKey } from '../notary/key.ts';
import { renderNotaryKey, renderNotaryRoot, renderNotaryTargets } from '../notary/render.ts';
import { parentOf } from '../notary/roles.ts';
import { readTuf1Key, tuf1Key, tuf1KeyId } from '../tuf1/key.ts';
import { renderTuf1Root, renderTuf1Targets } from '../tuf1/render.ts';
import type { Draft, KeyRef, SigningRule } from './draft.ts';

export type DialectName = 'notary' | 'tuf-1.0';

/** What an owner works on: the verified metadata of one collection in one dialect. */
export interface CollectionState {
  readonly gun: string;
  readonly dialect: DialectName;
  readonly root: Root;
  /** Targets and delegation files by role. */
  readonly files: ReadonlyMap<RoleName, Targets>;
  /** Versions that the snapshot lists (TUF 1.x), those of roles too that nobody delegates to any more. */
  readonly listed?: ReadonlyMap<RoleName, number>;
}

const YEAR_MS = 365 * 24 * 3600_000;
/** How long what owners sign is good for unless they say otherwise. */
export const OWNER_GOOD_FOR_MS = { root: 10 * YEAR_MS, targets: 3 * YEAR_MS } as const;

/** The same key as this dialect names it. Notary v1 keeps the certificate of a root key, TUF 1.x has none. */
export function keyIn(dialect: DialectName, key: PublicKey): PublicKey {
  if (dialect === 'notary') return readNotaryKey(renderNotaryKey(key));
  if (!key.key) throw new AssayError('key-invalid', `the key ${key.id} is of a kind that TUF 1.x does not use`);
  const rendered = tuf1Key(key.key);
  return readTuf1Key(tuf1KeyId(rendered), rendered);
}

export function keyRefs(role: RoleKeys, keys: ReadonlyMap<string, PublicKey>): KeyRef[] {
  return role.keyIds.flatMap((id) => {
    const key = keys.get(id);
    return key ? [{ id, canonicalId: key.key ? canonicalKeyId(key.key) : id }] : [];
  });
}

/** A root on its way: signed by the one in force, where there is one, and by itself. */
export function draftRoot(dialect: DialectName, root: Root, previous: Root | undefined): Draft {
  const rule = (label: string, { roles, keys }: Root): SigningRule => ({
    label,
    threshold: roles.root.threshold,
    keys: keyRefs(roles.root, keys),
  });
  const text = canonicalText((dialect === 'notary' ? renderNotaryRoot : renderTuf1Root)(root));
  const rules = [...(previous ? [rule('the root in force', previous)] : []), rule('the new root', root)];
  return { dialect, role: 'root', version: root.version, text, rules, signatures: [] };
}

/** A targets or delegation file on its way, signed by the keys that `state` (with its root and delegators) names. */
export function draftTargets(state: CollectionState, role: RoleName, targets: Targets): Draft {
  const { dialect } = state;
  const text = canonicalText((dialect === 'notary' ? renderNotaryTargets : renderTuf1Targets)(targets));
  const by = signersOf(state, role);
  const rule = { label: role, threshold: by.threshold, keys: keyRefs(by, by.keys) };
  return { dialect, role, version: targets.version, text, rules: [rule], signatures: [] };
}

/** Who signs a role, by the root or by the role above. Throws `input-invalid` when nobody delegates it. */
export function signersOf(
  { root, files, gun }: CollectionState,
  role: RoleName,
): RoleKeys & { readonly keys: ReadonlyMap<string, PublicKey> } {
  if (role === 'targets') return { ...root.roles.targets, keys: root.keys };
  const delegations = files.get(parentOf(role))?.delegations;
  const delegated = delegatedKeys(delegations, role);
  if (!delegations || !delegated) throw new AssayError('input-invalid', `${gun} has no role ${role}`);
  return { ...delegated, keys: delegations.keys };
}

/** The next version of a role's file, good for as long as owners' files are. */
export function nextTargets(state: CollectionState, role: RoleName, now: number): Targets {
  const standing = state.files.get(role);
  return {
    type: 'targets',
    version: Math.max(standing?.version ?? 0, state.listed?.get(role) ?? 0) + 1,
    expires: now + OWNER_GOOD_FOR_MS.targets,
    targets: standing?.targets ?? new Map(),
    delegations: standing?.delegations,
  };
}

export function nextRoot({ root }: CollectionState, now: number): Root {
  return { ...root, version: root.version + 1, expires: now + OWNER_GOOD_FOR_MS.root };
}

/** The state with these files in place of the ones it had. */
export function withFiles(state: CollectionState, files: Iterable<readonly [RoleName, Targets]>): CollectionState {
  return { ...state, files: new Map([...state.files, ...files]) };
}
