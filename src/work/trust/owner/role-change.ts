import { AssayError } from '../../../lib/error.ts';
import type { PublicKey } from '../../../trust/keys/public-key.ts';
import type { RoleChoice } from '../../../trust/tuf/owner/start.ts';
import { canonicalKeyId } from '../../../trust/tuf/notary/key.ts';

/** The canonical id of a key of metadata: what `assay key list` shows. */
export function canonicalIdOf(key: PublicKey): string {
  return key.key ? canonicalKeyId(key.key) : key.id;
}

/** Keys of a role by the beginning of their id; throws `input-invalid` for one that the role does not have. */
export function namedKeys(choice: RoleChoice, ids: readonly string[], role: string): PublicKey[] {
  return ids.map((id) => {
    const found = choice.keys.filter((key) => canonicalIdOf(key).startsWith(id) || key.id.startsWith(id));
    if (found.length === 1) return found[0]!;
    throw new AssayError(
      'input-invalid',
      found.length === 0
        ? `the role ${role} has no key ${id}`
        : `${id} begins several keys of ${role}; write more of it`,
    );
  });
}

/** The role with some keys in, some out and perhaps another threshold. */
export function changedChoice(
  choice: RoleChoice,
  change: { add: readonly PublicKey[]; remove: readonly PublicKey[]; threshold?: number },
): RoleChoice {
  const gone = new Set(change.remove.map((key) => key.fingerprint));
  const kept = choice.keys.filter((key) => !gone.has(key.fingerprint));
  const keys = [...new Map([...kept, ...change.add].map((key) => [key.fingerprint, key])).values()];
  return { keys, threshold: change.threshold ?? choice.threshold };
}
