import type { KeyObject } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import { checkSignature, type PublicKey, type SignatureScheme } from '../keys/public-key.ts';
import type { RoleKeys, RoleName, Signature, SignedFile } from './metadata.ts';

/** The scheme of a signature by this key, or none when key and signature do not go together. */
export type SchemeOf = (key: PublicKey, signature: Signature) => SignatureScheme | undefined;

/**
 * Fingerprints of the keys of a role whose signature over the file is valid (TUF specification 1.0.34 section 5.3.4).
 * A key counts once, under however many ids it is listed; signatures of other keys do not matter.
 */
export function validSigners(
  file: Pick<SignedFile, 'signedBytes' | 'signatures'>,
  role: RoleKeys,
  keys: ReadonlyMap<string, PublicKey>,
  schemeOf: SchemeOf,
): ReadonlySet<string> {
  const valid = new Set<string>();
  for (const signature of file.signatures) {
    if (!role.keyIds.includes(signature.keyId)) continue;
    const key = keys.get(signature.keyId);
    if (!key?.key || valid.has(key.fingerprint)) continue;
    const scheme = schemeOf(key, signature);
    if (scheme && isValid(key.key, scheme, file.signedBytes, signature)) valid.add(key.fingerprint);
  }
  return valid;
}

function isValid(key: KeyObject, scheme: SignatureScheme, data: Uint8Array, signature: Signature): boolean {
  return checkSignature(key, scheme, data, signature.bytes);
}

/** Requires as many valid signatures of different keys as the role's threshold; throws `trust-threshold`. */
export function requireThreshold(
  name: RoleName,
  file: Pick<SignedFile, 'signedBytes' | 'signatures'>,
  role: RoleKeys,
  keys: ReadonlyMap<string, PublicKey>,
  schemeOf: SchemeOf,
): void {
  const valid = validSigners(file, role, keys, schemeOf);
  if (valid.size < role.threshold)
    throw new AssayError('trust-threshold', `valid signatures did not meet threshold for ${name}`, {
      detail: { role: name, threshold: role.threshold, valid: valid.size },
    });
}
