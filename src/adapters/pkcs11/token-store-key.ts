import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import { CKM } from './constants.ts';
import { loadModule, type Session } from './module.ts';
import { oneToken } from './token-signer-store.ts';
import { generateOnToken, privateHandle, type TokenKey, tokenKeys } from './token-key.ts';

const LABEL = 'assay store-key';
const CONTEXT = 'assay signing service, store key 1';
/** DigestInfo of SHA-256 up to the digest (RFC 8017 section 9.2, note 1). */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');
const STORE_KEY_BYTES = 32;

/**
 * A store key that only this token can make: HKDF over the signature of a fixed text by an RSA key, which PKCS#1 v1.5 makes
 * the same every time. The RSA key serves nothing else: whoever has it sign that text has the store key. It is the one
 * labelled `assay store-key`, else the token's only RSA key, else a new one.
 */
export async function storeKeyFromToken(options: {
  module: string;
  token: string | undefined;
  pin: string;
}): Promise<Uint8Array> {
  const module = await loadModule(options.module);
  using session = module.session(oneToken(module, options.token).slot, { write: true });
  session.login(options.pin);
  const { objectId } = findKey(session) ?? makeKey(session);
  const digest = createHash('sha256').update(CONTEXT).digest();
  const handle = privateHandle(session, objectId);
  const signature = session.sign(handle, CKM.rsaPkcs, undefined, Buffer.concat([DIGEST_INFO, digest]));
  const key = Buffer.from(hkdfSync('sha256', signature, Buffer.alloc(0), CONTEXT, STORE_KEY_BYTES));
  signature.fill(0);
  return key;
}

function findKey(session: Session): TokenKey | undefined {
  const keys = tokenKeys(session).filter((key) => key.publicKey.asymmetricKeyType === 'rsa');
  const own = keys.find((key) => key.label === LABEL);
  if (own || keys.length < 2) return own ?? keys[0];
  throw new AssayError('token-failed', `the token has ${keys.length} RSA keys and none is labelled "${LABEL}"`);
}

function makeKey(session: Session): TokenKey {
  generateOnToken(session, 'rsa-3072', randomBytes(16), LABEL);
  const made = findKey(session);
  if (!made) throw new AssayError('token-failed', 'the token does not show the key that it made');
  return made;
}
