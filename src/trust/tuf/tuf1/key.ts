import { createHash, type KeyObject } from 'node:crypto';
import {
  ed25519FromRaw,
  fingerprintOf,
  keyFromPem,
  keyFromSpki,
  type PublicKey,
  type SignatureScheme,
  spkiOf,
} from '../../keys/public-key.ts';
import { canonicalJson } from '../canonical-json.ts';
import { invalid, isObject } from '../envelope.ts';

/** A public key as TUF 1.x writes it (specification 1.0.34 section 4.2.1). */
export interface Tuf1Key {
  readonly keytype: string;
  readonly scheme: string;
  readonly keyval: { readonly public: string };
}

const SCHEMES: Readonly<Record<string, SignatureScheme>> = {
  'rsassa-pss-sha256': 'rsa-pss-sha256',
  ed25519: 'ed25519',
  'ecdsa-sha2-nistp256': 'ecdsa-der',
};

/** Hex SHA-256 over the canonical JSON of the key. */
export function tuf1KeyId(key: Tuf1Key): string {
  return createHash('sha256').update(canonicalJson(key)).digest('hex');
}

/** A public key in the form of TUF 1.x: P-256 and RSA as PEM, Ed25519 as 64 hex characters. */
export function tuf1Key(key: KeyObject): Tuf1Key {
  const pem = () => key.export({ type: 'spki', format: 'pem' });
  const kind = key.asymmetricKeyType;
  if (kind === 'ec') {
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw invalid('TUF 1.x uses the curve P-256 only');
    return { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pem() } };
  }
  if (kind === 'rsa') return { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: pem() } };
  if (kind === 'ed25519')
    return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: spkiOf(key).subarray(-32).toString('hex') } };
  throw invalid(`keys of the kind ${kind} are not used in TUF metadata`);
}

/**
 * Reads a key of metadata. Its id is any unique name; a kind or scheme that is not known here leaves a key that never
 * verifies, so that a threshold can still be met by others (section 4.2.1).
 */
export function readTuf1Key(id: string, value: unknown): PublicKey {
  if (!isObject(value)) throw invalid(`the key ${id.slice(0, 64)} is not an object`);
  const { keytype, scheme, keyval } = value;
  if (typeof keytype !== 'string' || typeof scheme !== 'string' || !isObject(keyval))
    throw invalid(`the key ${id.slice(0, 64)} has no type, scheme or value`);
  const text = keyval['public'];
  const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  const key = known && typeof text === 'string' ? keyObject(known, text) : undefined;
  return {
    id,
    keyType: keytype,
    fingerprint: key ? fingerprintOf(key) : `unknown:${id}`,
    key,
    ...(known && { scheme: known }),
  };
}

function keyObject(scheme: SignatureScheme, text: string): KeyObject | undefined {
  if (scheme === 'ed25519') return /^[0-9a-f]{64}$/i.test(text) ? ed25519FromRaw(Buffer.from(text, 'hex')) : undefined;
  // Metadata of older tools holds P-256 points and SPKI in hex.
  const key = /^[0-9a-f]+$/i.test(text) ? fromHex(text) : keyFromPem(text);
  if (scheme !== 'ecdsa-der') return key?.asymmetricKeyType === 'rsa' ? key : undefined;
  return key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
}

const P256_POINT = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

function fromHex(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'hex');
  return keyFromSpki(bytes.length === 65 ? Buffer.concat([P256_POINT, bytes]) : bytes);
}
