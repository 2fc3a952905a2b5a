import { createPublicKey, hash, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { z } from 'zod';
import { AssayError } from '../lib/error.ts';

/** COSE algorithms (RFC 9053, RFC 8812) that are offered to authenticators, the best first. */
export const passkeyAlgorithms = [-8, -7, -257] as const;
export type PasskeyAlgorithm = (typeof passkeyAlgorithms)[number];

const MIN_RSA_BITS = 2048;
const MAX_CLIENT_DATA = 4096;
const FLAG = { present: 0x01, verified: 0x04, eligible: 0x08, backedUp: 0x10, credential: 0x40 } as const;
/** rpIdHash, flags and the signature counter (WebAuthn Level 3 section 6.1). */
const HEAD = 37;
const MAX_ID = 1023;

/** What a ceremony must be for: the page it ran on, and the challenge that was given to it. */
export interface Ceremony {
  /** Host name of the site. */
  readonly rpId: string;
  readonly origin: string;
  readonly isChallenge: (challenge: string) => boolean;
}

export interface NewPasskey {
  readonly credentialId: string;
  readonly algorithm: PasskeyAlgorithm;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly backedUp: boolean;
}

const clientDataShape = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

/**
 * Registration, WebAuthn Level 3 section 7.1, with attestation `none`: nothing but the client vouches for the key, so the
 * key is taken as its getPublicKey() gives it. Throws `credentials-invalid`.
 */
export function verifyRegistration(
  ceremony: Ceremony,
  given: { clientData: Uint8Array; authenticatorData: Uint8Array; publicKey: Uint8Array; algorithm: number },
): NewPasskey {
  checkClientData(ceremony, 'webauthn.create', given.clientData);
  const head = readAuthenticatorData(ceremony, given.authenticatorData);
  const data = Buffer.from(given.authenticatorData);
  // Steps 18 and 25: the attested credential is there, and its id has at most 1023 bytes.
  if (!head.hasCredential || data.length < HEAD + 18) throw refused('there is no credential in it');
  const length = data.readUInt16BE(HEAD + 16);
  if (length === 0 || length > MAX_ID || data.length < HEAD + 18 + length) throw refused('its id is too long');
  const algorithm = passkeyAlgorithms.find((each) => each === given.algorithm);
  // Step 20.
  if (algorithm === undefined) throw refused('its algorithm was not offered');
  readKey(given.publicKey, algorithm);
  return {
    credentialId: data.subarray(HEAD + 18, HEAD + 18 + length).toString('base64url'),
    algorithm,
    publicKey: Buffer.from(given.publicKey),
    counter: head.counter,
    backedUp: head.backedUp,
  };
}

/**
 * Authentication, WebAuthn Level 3 section 7.2. `cloned` is the warning of step 22: the counter did not go on from where
 * it was, so two authenticators may hold the key. Throws `credentials-invalid`.
 */
export function verifyAssertion(
  ceremony: Ceremony,
  passkey: { readonly publicKey: Uint8Array; readonly algorithm: number; readonly counter: number },
  given: { clientData: Uint8Array; authenticatorData: Uint8Array; signature: Uint8Array },
): { counter: number; cloned: boolean; backedUp: boolean } {
  checkClientData(ceremony, 'webauthn.get', given.clientData);
  const head = readAuthenticatorData(ceremony, given.authenticatorData);
  const algorithm = passkeyAlgorithms.find((each) => each === passkey.algorithm);
  if (algorithm === undefined) throw refused('its algorithm is not known');
  const key = readKey(passkey.publicKey, algorithm);
  // Steps 20 and 21: the signature is over the authenticator data and the hash of the client data.
  const signed = Buffer.concat([given.authenticatorData, hash('sha256', given.clientData, 'buffer')]);
  if (!isSignature(key, algorithm, signed, given.signature)) throw refused('its signature is not right');
  const counts = head.counter > 0 || passkey.counter > 0;
  return { counter: head.counter, cloned: counts && head.counter <= passkey.counter, backedUp: head.backedUp };
}

/** Steps 5 to 12 of section 7.1, 9 to 14 of section 7.2. */
function checkClientData(ceremony: Ceremony, type: string, bytes: Uint8Array): void {
  if (bytes.length > MAX_CLIENT_DATA) throw refused('its client data are too long');
  let data: z.output<typeof clientDataShape>;
  try {
    data = clientDataShape.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    throw refused('its client data cannot be read');
  }
  if (data.type !== type) throw refused('it is of another ceremony');
  if (data.origin !== ceremony.origin) throw refused('it was made for another site');
  if (data.crossOrigin === true || data.topOrigin !== undefined)
    throw refused('it was made inside another site’s page');
  if (!ceremony.isChallenge(data.challenge)) throw refused('its challenge is not of here, was used or is too old');
}

/** Steps 13 to 18 of section 7.1, 15 to 19 of section 7.2: of this site, with the person there and verified. */
function readAuthenticatorData(ceremony: Ceremony, bytes: Uint8Array) {
  const data = Buffer.from(bytes);
  if (data.length < HEAD) throw refused('its authenticator data are too short');
  if (!timingSafeEqual(data.subarray(0, 32), hash('sha256', ceremony.rpId, 'buffer')))
    throw refused('it is for another site');
  const flags = data[32]!;
  if (!(flags & FLAG.present)) throw refused('nobody was there');
  if (!(flags & FLAG.verified)) throw refused('the authenticator did not verify who was there (PIN, finger, face)');
  const backedUp = (flags & FLAG.backedUp) !== 0;
  if (backedUp && !(flags & FLAG.eligible)) throw refused('its flags contradict each other');
  return { counter: data.readUInt32BE(33), backedUp, hasCredential: (flags & FLAG.credential) !== 0 };
}

/** The key, when it is one of its algorithm: Ed25519 alone for EdDSA, P-256 alone for ES256 (section 5.8.5). */
function readKey(spki: Uint8Array, algorithm: PasskeyAlgorithm): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    throw refused('its key cannot be read');
  }
  const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const fits = {
    [-8]: key.asymmetricKeyType === 'ed25519',
    [-7]: key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1',
    [-257]: key.asymmetricKeyType === 'rsa' && modulusLength >= MIN_RSA_BITS && modulusLength <= 8192,
  }[algorithm];
  if (!fits) throw refused('its key is not one of its algorithm');
  return key;
}

function isSignature(key: KeyObject, algorithm: PasskeyAlgorithm, signed: Buffer, signature: Uint8Array): boolean {
  try {
    return verify(algorithm === -8 ? null : 'sha256', signed, key, signature);
  } catch {
    return false;
  }
}

function refused(reason: string): AssayError {
  return new AssayError('credentials-invalid', `the passkey is not accepted: ${reason}`);
}
