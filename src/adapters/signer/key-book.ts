import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AssayError } from '../../lib/error.ts';
import type { HeldKey, OnlineRole } from '../../ports/signer-service.ts';
import type { TrustDialect } from '../../ports/trust-records.ts';

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
/** The file in the signing service's directory. */
export const KEY_BOOK = 'keys.sqlite';

/**
 * What the signing service writes down of its keys, wherever their private halves are: collection, role, and the highest
 * version that may have been signed. Durable before a call returns.
 */
export class KeyBook implements Disposable {
  readonly #db: DatabaseSync;
  readonly #held = new Map<string, HeldKey>();
  readonly #versions = new Map<string, number>();

  /**
   * `probe` makes what tells at once that the book belongs to the same store key or token; `check` throws when it is of
   * another.
   */
  constructor(directory: string, probe: () => Uint8Array, check: (probe: Uint8Array) => void) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, KEY_BOOK);
    const fresh = !existsSync(path);
    this.#db = new DatabaseSync(path);
    if (fresh) chmodSync(path, 0o600);
    this.#db.exec(`pragma journal_mode = wal; pragma synchronous = full;
      create table if not exists format (version integer not null, probe blob not null);
      create table if not exists keys (fingerprint text primary key, gun text not null, role text not null,
        spki blob not null, sealed blob not null, created_at integer not null, retired_at integer);
      create table if not exists versions (fingerprint text not null, dialect text not null, version integer not null,
        primary key (fingerprint, dialect));`);
    try {
      this.#requireOwner(probe, check);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    for (const row of this.#db.prepare('select * from keys').all() as unknown as KeyRow[])
      this.#held.set(row.fingerprint, toHeld(row));
    for (const row of this.#db.prepare('select * from versions').all() as {
      fingerprint: string;
      dialect: string;
      version: number;
    }[])
      this.#versions.set(`${row.dialect} ${row.fingerprint}`, row.version);
  }

  #requireOwner(probe: () => Uint8Array, check: (probe: Uint8Array) => void): void {
    const row = this.#db.prepare('select * from format').get() as { version: number; probe: Uint8Array } | undefined;
    if (!row) {
      this.#db.prepare('insert into format values (?, ?)').run(FORMAT, probe());
      return;
    }
    if (row.version !== FORMAT)
      throw new AssayError('data-newer', 'the key store of the signing service was written by a newer version');
    check(row.probe);
  }

  list(): readonly HeldKey[] {
    return [...this.#held.values()];
  }

  get(fingerprint: string): HeldKey | undefined {
    return this.#held.get(fingerprint);
  }

  /** What was sealed with the key, or throws `key-unknown`. */
  sealed(fingerprint: string): { readonly key: HeldKey; readonly sealed: Uint8Array } {
    const row = this.#db.prepare('select * from keys where fingerprint = ?').get(fingerprint) as unknown as
      | KeyRow
      | undefined;
    if (!row) throw unknownKey(fingerprint);
    return { key: toHeld(row), sealed: row.sealed };
  }

  add(key: HeldKey, sealed: Uint8Array): void {
    this.#db
      .prepare('insert into keys values (?, ?, ?, ?, ?, ?, null)')
      .run(key.fingerprint, key.gun, key.role, key.spki, sealed, key.createdAt);
    this.#held.set(key.fingerprint, key);
  }

  retire(fingerprint: string, at: number): void {
    const key = this.#held.get(fingerprint);
    if (!key) throw unknownKey(fingerprint);
    this.#db.prepare('update keys set retired_at = ? where fingerprint = ?').run(at, fingerprint);
    this.#held.set(fingerprint, { ...key, retiredAt: at });
  }

  lastVersion(fingerprint: string, dialect: TrustDialect): number {
    return this.#versions.get(`${dialect} ${fingerprint}`) ?? 0;
  }

  noteVersion(fingerprint: string, dialect: TrustDialect, version: number): void {
    this.#db
      .prepare('insert into versions values (?, ?, ?) on conflict do update set version = excluded.version')
      .run(fingerprint, dialect, version);
    this.#versions.set(`${dialect} ${fingerprint}`, version);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

export function unknownKey(fingerprint: string): AssayError {
  return new AssayError('key-unknown', `the signing service does not hold the key ${fingerprint.slice(0, 64)}`);
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
