import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AssayError } from '../../lib/error.ts';
import type { HeldKey, OnlineRole, SignerStore } from '../../ports/signer-service.ts';
import { fingerprintOf, spkiOf } from '../../trust/keys/public-key.ts';

interface KeyRow {
  readonly fingerprint: string;
  readonly gun: string;
  readonly role: OnlineRole;
  readonly spki: Uint8Array;
  readonly sealed: Uint8Array;
  readonly created_at: number;
  readonly retired_at: number | null;
}

const FORMAT = 1;

/**
 * Private keys in one small database, each sealed with AES-256-GCM under the store key; its collection and role are
 * authenticated with it. Opening with another store key throws `key-locked`.
 */
export function openSealedStore(directory: string, storeKey: Uint8Array): SignerStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'keys.sqlite');
  const fresh = !existsSync(path);
  const db = new DatabaseSync(path);
  if (fresh) chmodSync(path, 0o600);
  db.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table if not exists format (version integer not null, probe blob not null);
    create table if not exists keys (fingerprint text primary key, gun text not null, role text not null,
      spki blob not null, sealed blob not null, created_at integer not null, retired_at integer);
    create table if not exists versions (fingerprint text not null, dialect text not null, version integer not null,
      primary key (fingerprint, dialect));`);
  requireStoreKey(db, storeKey);
  const held = new Map<string, HeldKey>();
  for (const row of db.prepare('select * from keys').all() as unknown as KeyRow[])
    held.set(row.fingerprint, toHeld(row));
  const opened = new Map<string, KeyObject>();
  const privateKey = (fingerprint: string): KeyObject => {
    const known = opened.get(fingerprint);
    if (known) return known;
    const row = db.prepare('select * from keys where fingerprint = ?').get(fingerprint) as unknown as
      | KeyRow
      | undefined;
    if (!row) throw new AssayError('key-unknown', `the signing service does not hold the key ${fingerprint}`);
    const der = open(storeKey, row.sealed, aad(row.gun, row.role, fingerprint));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    der.fill(0);
    if (opened.size > 10_000) opened.clear();
    opened.set(fingerprint, key);
    return key;
  };
  const versions = new Map<string, number>();
  for (const row of db.prepare('select * from versions').all() as {
    fingerprint: string;
    dialect: string;
    version: number;
  }[])
    versions.set(`${row.dialect} ${row.fingerprint}`, row.version);

  return {
    backend: 'sealed file',
    async create(gun, role, at) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const spki = spkiOf(pair.publicKey);
      const fingerprint = fingerprintOf(pair.publicKey);
      const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
      const sealed = seal(storeKey, der, aad(gun, role, fingerprint));
      der.fill(0);
      db.prepare('insert into keys values (?, ?, ?, ?, ?, ?, null)').run(fingerprint, gun, role, spki, sealed, at);
      const key: HeldKey = { gun, role, fingerprint, spki, createdAt: at };
      held.set(fingerprint, key);
      return key;
    },
    list: () => [...held.values()],
    get: (fingerprint) => held.get(fingerprint),
    async sign(fingerprint, data) {
      return sign('sha256', data, { key: privateKey(fingerprint), dsaEncoding: 'ieee-p1363' });
    },
    async retire(fingerprint, at) {
      const key = held.get(fingerprint);
      if (!key) throw new AssayError('key-unknown', `the signing service does not hold the key ${fingerprint}`);
      db.prepare('update keys set retired_at = ? where fingerprint = ?').run(at, fingerprint);
      held.set(fingerprint, { ...key, retiredAt: at });
      opened.delete(fingerprint);
    },
    lastVersion: (fingerprint, dialect) => versions.get(`${dialect} ${fingerprint}`) ?? 0,
    async noteVersion(fingerprint, dialect, version) {
      db.prepare('insert into versions values (?, ?, ?) on conflict do update set version = excluded.version').run(
        fingerprint,
        dialect,
        version,
      );
      versions.set(`${dialect} ${fingerprint}`, version);
    },
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}

function toHeld(row: KeyRow): HeldKey {
  return {
    gun: row.gun,
    role: row.role,
    fingerprint: row.fingerprint,
    spki: row.spki,
    createdAt: row.created_at,
    ...(row.retired_at !== null && { retiredAt: row.retired_at }),
  };
}

/** A sealed constant tells at once whether the store key is the right one. */
function requireStoreKey(db: DatabaseSync, storeKey: Uint8Array): void {
  const row = db.prepare('select * from format').get() as { version: number; probe: Uint8Array } | undefined;
  if (!row) {
    const probe = seal(storeKey, Buffer.from('assay signer'), Buffer.from('probe'));
    db.prepare('insert into format values (?, ?)').run(FORMAT, probe);
    return;
  }
  if (row.version !== FORMAT)
    throw new AssayError('data-newer', 'the key store of the signing service was written by a newer version');
  open(storeKey, row.probe, Buffer.from('probe'));
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
