import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { AssayError } from '../../lib/error.ts';

/** The kinds of keys that owners sign with; P-256 is what every verifier reads. */
export const keyAlgorithms = ['ecdsa-p256', 'ed25519', 'rsa-3072', 'rsa-4096'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ecdsa-p256',
  secp384r1: 'ecdsa-p384',
  secp521r1: 'ecdsa-p521',
};

/** The kind of a key in a word: `ecdsa-p256`, `rsa-4096` … Throws `key-invalid` for a key that is of no use here. */
export function algorithmOf(key: KeyObject): string {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  if (key.asymmetricKeyType === 'ec') {
    const curve = CURVES[details?.namedCurve ?? ''];
    if (curve !== undefined) return curve;
    throw new AssayError(
      'key-invalid',
      `keys on the curve ${details?.namedCurve ?? 'unknown'} are not used; make a P-256 key`,
    );
  }
  if (key.asymmetricKeyType !== 'rsa')
    throw new AssayError('key-invalid', `keys of the kind ${key.asymmetricKeyType ?? 'unknown'} are not used`);
  const bits = details?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)
    throw new AssayError(
      'key-invalid',
      `an RSA key of ${bits} bits is not accepted; ${MIN_RSA_BITS} to ${MAX_RSA_BITS} are`,
    );
  return `rsa-${bits}`;
}

const pair = promisify(generateKeyPair);

/** A new private key. */
export async function generateKey(algorithm: KeyAlgorithm): Promise<KeyObject> {
  if (algorithm === 'ecdsa-p256') return (await pair('ec', { namedCurve: 'prime256v1' })).privateKey;
  if (algorithm === 'ed25519') return (await pair('ed25519')).privateKey;
  return (await pair('rsa', { modulusLength: algorithm === 'rsa-3072' ? 3072 : 4096 })).privateKey;
}

/** The public half of a private key. */
export function publicHalf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}
