import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import { contentOf, readDer } from '../../lib/der-read.ts';
import type { KeyAlgorithm } from '../../trust/keys/algorithm.ts';
import { keyFromSpki } from '../../trust/keys/public-key.ts';
import { WORD } from './attributes.ts';
import { CKA, CKK, CKM, CKO, MGF1_SHA256 } from './constants.ts';
import type { Session } from './module.ts';
import { memory } from './native.ts';

/** OBJECT IDENTIFIER prime256v1, as CKA_EC_PARAMS has it. */
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');
const P256_SPKI = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** A key pair on a token, as its public object shows it. */
export interface TokenKey {
  readonly publicKey: KeyObject;
  /** CKA_ID, the same for both halves. */
  readonly objectId: Buffer;
  readonly label: string;
}

/** Key pairs of a token that can be used here: P-256 and RSA. */
export function tokenKeys(session: Session): TokenKey[] {
  const found: TokenKey[] = [];
  for (const object of session.find([[CKA.class, CKO.publicKey]])) {
    const [type, id, label] = session.attributes(object, [CKA.keyType, CKA.id, CKA.label]);
    const publicKey = publicKeyOf(session, object, type?.length === WORD ? type.readBigUInt64LE() : undefined);
    if (publicKey && id && id.length > 0)
      found.push({ publicKey, objectId: id, label: label?.toString('utf8').replaceAll('\0', '') ?? '' });
  }
  return found;
}

function publicKeyOf(session: Session, object: bigint, type: bigint | undefined): KeyObject | undefined {
  if (type === CKK.ec) {
    const [parameters, point] = session.attributes(object, [CKA.ecParams, CKA.ecPoint]);
    if (!parameters?.equals(P256) || !point) return undefined;
    const raw = rawPoint(point);
    return raw && keyFromSpki(Buffer.concat([P256_SPKI, raw]));
  }
  if (type !== CKK.rsa) return undefined;
  const [modulus, exponent] = session.attributes(object, [CKA.modulus, CKA.publicExponent]);
  if (!modulus || !exponent) return undefined;
  try {
    const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** CKA_EC_POINT is an OCTET STRING around the point; some modules leave the wrapping out. */
function rawPoint(point: Buffer): Uint8Array | undefined {
  if (point.length === 65 && point[0] === 4) return point;
  try {
    const raw = contentOf(readDer(point)[0], 0x04);
    return raw.length === 65 && raw[0] === 4 ? raw : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a key pair that never leaves the token. `objectId` and `label` are how it is found again. */
export function generateOnToken(session: Session, algorithm: KeyAlgorithm, objectId: Buffer, label: string): void {
  const both = [
    [CKA.token, true],
    [CKA.label, Buffer.from(label, 'utf8')],
    [CKA.id, objectId],
  ] as const;
  const privateHalf = [
    ...both,
    [CKA.private, true],
    [CKA.sensitive, true],
    [CKA.extractable, false],
    [CKA.sign, true],
  ] as const;
  if (algorithm === 'ed25519')
    throw new AssayError('key-invalid', 'Ed25519 keys are not made on tokens; P-256 and RSA are');
  if (algorithm === 'ecdsa-p256')
    session.generate(
      CKM.ecKeyPairGen,
      [...both, [CKA.private, false], [CKA.verify, true], [CKA.ecParams, P256]],
      privateHalf,
    );
  else {
    const bits = algorithm === 'rsa-3072' ? 3072n : 4096n;
    const exponent = Buffer.from([1, 0, 1]);
    session.generate(
      CKM.rsaKeyPairGen,
      [...both, [CKA.private, false], [CKA.verify, true], [CKA.modulusBits, bits], [CKA.publicExponent, exponent]],
      privateHalf,
    );
  }
}

/** The handle of the private half. Throws `token-failed` when it is not there, as without a login. */
export function privateHandle(session: Session, objectId: Buffer): bigint {
  const [handle] = session.find([
    [CKA.class, CKO.privateKey],
    [CKA.id, objectId],
  ]);
  if (handle === undefined) throw new AssayError('token-failed', 'the private half of the key is not on the token');
  return handle;
}

/** Signs on the token: ECDSA gives raw r‖s, RSA is PSS with SHA-256 and a salt of 32 bytes. */
export function signOnToken(session: Session, handle: bigint, kind: string | undefined, data: Uint8Array): Buffer {
  const digest = createHash('sha256').update(data).digest();
  if (kind === 'ec') return session.sign(handle, CKM.ecdsa, undefined, digest);
  const parameters = memory(3 * WORD);
  parameters.writeBigUInt64LE(CKM.sha256);
  parameters.writeBigUInt64LE(MGF1_SHA256, WORD);
  parameters.writeBigUInt64LE(32n, 2 * WORD);
  return session.sign(handle, CKM.rsaPss, parameters, digest);
}

/** Removes both halves. */
export function destroyOnToken(session: Session, objectId: Buffer): void {
  for (const kind of [CKO.privateKey, CKO.publicKey])
    for (const object of session.find([
      [CKA.class, kind],
      [CKA.id, objectId],
    ]))
      session.destroy(object);
}
