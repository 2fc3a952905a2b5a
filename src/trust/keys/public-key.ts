import { constants, createHash, createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';

/** How a signature was made, apart from how a dialect spells it. */
export type SignatureScheme = 'ecdsa-der' | 'ecdsa-raw' | 'ed25519' | 'rsa-pss-sha256' | 'rsa-pkcs1-sha256';

/**
 * A public key as metadata names it. `id` is the name that signatures and roles use in their dialect; `fingerprint`
 * (hex SHA-256 of the SPKI) is the same for one key in every dialect, and what counts towards thresholds.
 */
export interface PublicKey {
  readonly id: string;
  /** The word of the dialect: ecdsa, ecdsa-x509, rsa, rsa-x509, ed25519 … */
  readonly keyType: string;
  readonly fingerprint: string;
  /** None when this program cannot check signatures of the key's kind. */
  readonly key: KeyObject | undefined;
  /** In TUF 1.x the key names the scheme of its signatures. */
  readonly scheme?: SignatureScheme;
  /** PEM chain of `*-x509` keys, leaf first. */
  readonly certificates?: string;
}

export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256').update(spkiOf(key)).digest('hex');
}

/** The fingerprint of the public half of a private key (DER PKCS#8). Throws `key-invalid`. */
export function fingerprintOfPrivate(pkcs8: Uint8Array): string {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return fingerprintOf(createPublicKey(key));
  } catch (cause) {
    throw new AssayError('key-invalid', 'this is no private key in PKCS#8', { cause });
  }
}

export function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** An Ed25519 key from its 32 raw bytes (RFC 8410 section 4). */
export function ed25519FromRaw(raw: Uint8Array): KeyObject | undefined {
  if (raw.length !== 32) return undefined;
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  return keyFromSpki(Buffer.concat([prefix, raw]));
}

/** The key of a DER SubjectPublicKeyInfo, or none when it is not one. */
export function keyFromSpki(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** The key of a PEM public key, or none when it is not one. */
export function keyFromPem(pem: string): KeyObject | undefined {
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) return undefined;
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

const MIN_RSA_BITS = 2048;

/** Checks one signature; a key of another kind than the scheme, or an RSA key under 2048 bits, never passes. */
export function checkSignature(
  key: KeyObject,
  scheme: SignatureScheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const kind = key.asymmetricKeyType;
  try {
    if (scheme === 'ed25519') return kind === 'ed25519' && verify(null, data, key, signature);
    if (scheme === 'ecdsa-der' || scheme === 'ecdsa-raw') {
      const dsaEncoding = scheme === 'ecdsa-raw' ? 'ieee-p1363' : 'der';
      return kind === 'ec' && verify('sha256', data, { key, dsaEncoding }, signature);
    }
    if (kind !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) return false;
    return scheme === 'rsa-pss-sha256'
      ? verify(
          'sha256',
          data,
          { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO },
          signature,
        )
      : verify('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    return false;
  }
}
