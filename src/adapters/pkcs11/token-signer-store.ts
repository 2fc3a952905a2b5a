import { randomBytes } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import type { HeldKey, OnlineRole, SignerStore } from '../../ports/signer-service.ts';
import { fingerprintOf, spkiOf } from '../../trust/keys/public-key.ts';
import { KeyBook, unknownKey } from '../signer/key-book.ts';
import { loadModule, type Pkcs11Module, type Session, type Token } from './module.ts';
import { generateOnToken, privateHandle, signOnToken, type TokenKey, tokenKeys } from './token-key.ts';

/**
 * Keys of the signing service on a PKCS#11 token; what they are for and which versions they signed stands in the book of
 * `directory`. A token that went away is logged in to anew with the next request.
 */
export async function openTokenSignerStore(options: {
  directory: string;
  module: string;
  token: string | undefined;
  pin: string;
}): Promise<SignerStore> {
  const module = await loadModule(options.module);
  const token = oneToken(module, options.token);
  const name = `PKCS#11 token ${token.label} (${token.serial})`;
  const book = new KeyBook(
    options.directory,
    () => Buffer.from(`pkcs11 ${token.serial}`),
    (probe) => {
      if (Buffer.from(probe).toString() !== `pkcs11 ${token.serial}`)
        throw new AssayError(
          'key-locked',
          'the key store of the signing service belongs to another token or a store key',
        );
    },
  );
  let session: Session | undefined;
  const handles = new Map<string, bigint>();
  const loggedIn = (): Session => {
    if (session) return session;
    const fresh = module.session(token.slot, { write: true });
    fresh.login(options.pin);
    session = fresh;
    return fresh;
  };
  /** A session that was lost is opened once more; what fails again is the token's fault. */
  const onToken = <T>(work: (session: Session) => T): T => {
    try {
      return work(loggedIn());
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'token-failed') throw error;
      session = undefined;
      handles.clear();
      return work(loggedIn());
    }
  };
  try {
    loggedIn();
  } catch (error) {
    book[Symbol.dispose]();
    throw error;
  }
  return {
    backend: name,
    async create(gun, role, at) {
      const objectId = randomBytes(16);
      const made = onToken((each) => generate(each, objectId, gun, role));
      const fingerprint = fingerprintOf(made.publicKey);
      const key: HeldKey = { gun, role, fingerprint, spki: spkiOf(made.publicKey), createdAt: at };
      book.add(key, objectId);
      return key;
    },
    list: () => book.list(),
    get: (fingerprint) => book.get(fingerprint),
    async sign(fingerprint, data) {
      const { sealed: objectId } = book.sealed(fingerprint);
      return onToken((each) => {
        const handle = handles.get(fingerprint) ?? privateHandle(each, Buffer.from(objectId));
        handles.set(fingerprint, handle);
        return signOnToken(each, handle, 'ec', data);
      });
    },
    async retire(fingerprint, at) {
      if (!book.get(fingerprint)) throw unknownKey(fingerprint);
      book.retire(fingerprint, at);
    },
    lastVersion: (fingerprint, dialect) => book.lastVersion(fingerprint, dialect),
    async noteVersion(fingerprint, dialect, version) {
      book.noteVersion(fingerprint, dialect, version);
    },
    async [Symbol.asyncDispose]() {
      session?.[Symbol.dispose]();
      book[Symbol.dispose]();
    },
  };
}

/** The token of this label or serial number, or the only one. Throws `token-failed`. */
export function oneToken(module: Pkcs11Module, wanted: string | undefined): Token {
  const all = module.tokens();
  const tokens = all.filter(({ label, serial }) => wanted === undefined || label === wanted || serial === wanted);
  if (tokens.length === 1) return tokens[0]!;
  const labels = all.map(({ label }) => label).join(', ') || 'none';
  throw new AssayError('token-failed', `${tokens.length} tokens fit, and one is wanted; there are: ${labels}`);
}

function generate(session: Session, objectId: Buffer, gun: string, role: OnlineRole): TokenKey {
  generateOnToken(session, 'ecdsa-p256', objectId, `assay-signer ${role} ${gun}`);
  const made = tokenKeys(session).find((key) => key.objectId.equals(objectId));
  if (!made) throw new AssayError('token-failed', 'the token does not show the key that it made');
  return made;
}
