import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import type { HeldKey, OnlineRole, SignerStore } from '../../ports/signer-service.ts';
import { fingerprintOf, spkiOf } from '../../trust/keys/public-key.ts';
import { KeyBook } from './key-book.ts';

/** Opened keys that are kept at once. */
const MAX_OPENED = 10_000;
const PROBE = Buffer.from('probe');

/**
 * Private keys in one small database, each sealed with AES-256-GCM under the store key; its collection and role are
 * authenticated with it. Opening with another store key throws `key-locked`.
 */
export function openSealedStore(directory: string, storeKey: Uint8Array): SignerStore {
  const book = new KeyBook(
    directory,
    () => seal(storeKey, Buffer.from('assay signer'), PROBE),
    (probe) => void open(storeKey, probe, PROBE),
  );
  const opened = new Map<string, KeyObject>();
  const privateKey = (fingerprint: string): KeyObject => {
    const known = opened.get(fingerprint);
    if (known) return known;
    const { key, sealed } = book.sealed(fingerprint);
    const der = open(storeKey, sealed, aad(key.gun, key.role, fingerprint));
    const opening = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    if (opened.size > MAX_OPENED) opened.clear();
    opened.set(fingerprint, opening);
    return opening;
  };
  const keep = (gun: string, role: OnlineRole, key: KeyObject, at: number): HeldKey => {
    const publicKey = createPublicKey(key);
    const fingerprint = fingerprintOf(publicKey);
    const der = key.export({ type: 'pkcs8', format: 'der' });
    const sealed = seal(storeKey, der, aad(gun, role, fingerprint));
    der.fill(0);
    const held: HeldKey = { gun, role, fingerprint, spki: spkiOf(publicKey), createdAt: at };
    book.add(held, sealed);
    return held;
  };
  return {
    backend: 'sealed file',
    async create(gun, role, at) {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      return keep(gun, role, privateKey, at);
    },
    async adopt(gun, role, pkcs8, at) {
      return keep(gun, role, createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }), at);
    },
    list: () => book.list(),
    get: (fingerprint) => book.get(fingerprint),
    async sign(fingerprint, data) {
      return sign('sha256', data, { key: privateKey(fingerprint), dsaEncoding: 'ieee-p1363' });
    },
    async retire(fingerprint, at) {
      book.retire(fingerprint, at);
      opened.delete(fingerprint);
    },
    lastVersion: (fingerprint, dialect) => book.lastVersion(fingerprint, dialect),
    async noteVersion(fingerprint, dialect, version) {
      book.noteVersion(fingerprint, dialect, version);
    },
    async [Symbol.asyncDispose]() {
      book[Symbol.dispose]();
    },
  };
}

function aad(gun: string, role: string, fingerprint: string): Buffer {
  return Buffer.from(JSON.stringify([gun, role, fingerprint]));
}

function seal(key: Uint8Array, plain: Uint8Array, data: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(data);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, sealed: Uint8Array, data: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    .setAAD(data)
    .setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch (cause) {
    throw new AssayError('key-locked', 'the store key does not open the key store of the signing service', { cause });
  }
}
