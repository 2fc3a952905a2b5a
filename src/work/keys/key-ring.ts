import { AssayError, isAssayError } from '../../lib/error.ts';
import type { KeyStore, KeyStoreName, OpenedKey, StoredKey } from '../../ports/key-store.ts';
import type { PassphraseFor, Passphrases } from '../../ports/passphrases.ts';
import { generateKey, type KeyAlgorithm } from '../../trust/keys/algorithm.ts';
import type { KeyUse } from '../../trust/keys/private-key-file.ts';

/** Which keys are wanted of the ring. */
export interface KeyQuery {
  /** Key ids (whole, or at least 7 characters of one) and roles (`root`, `targets`, `targets/alice`, `alice` …). */
  readonly wanted: readonly string[];
  /** Keys that name another collection are left out. */
  readonly gun?: string;
}

const ID = /^[0-9a-f]{7,64}$/;

/**
 * Every key that this user holds, in whatever store, behind one door. Commands that sign ask it for signers; it finds the
 * keys, asks for passphrases once a key, and keeps what it opened until the command ends.
 */
export class KeyRing {
  readonly stores: readonly KeyStore[];
  readonly passphrases: Passphrases;
  readonly #opened = new Map<string, OpenedKey>();

  /** Stores in the order in which a key that is in several of them is used. */
  constructor(stores: readonly KeyStore[], passphrases: Passphrases) {
    this.stores = stores;
    this.passphrases = passphrases;
  }

  /** All keys without opening any; a key that lies in two stores is there twice. */
  async list(): Promise<StoredKey[]> {
    return (await Promise.all(this.stores.map((store) => store.list()))).flat();
  }

  /** Keys by id or role, without opening any. */
  async find({ wanted, gun }: KeyQuery): Promise<StoredKey[]> {
    const all = await this.list();
    const found = all.filter(
      (key) =>
        (gun === undefined || key.gun === undefined || key.gun === gun) && wanted.some((each) => answersTo(key, each)),
    );
    for (const each of wanted) {
      const ids = new Set(found.filter((key) => isIdOf(key, each)).map((key) => key.id));
      if (ids.size > 1) throw new AssayError('usage-invalid', `${each} begins ${ids.size} key ids; write more of it`);
    }
    return found;
  }

  /**
   * Opens the keys that the query names, each once, and returns those that are here: give it the key ids of a role in
   * the metadata, or a role's name. Stops after `need` keys. Throws `key-unknown` when fewer than `need` (1 when it is
   * absent) are here, `key-locked` when no passphrase fits, `key-exposed` for a key that others can read.
   */
  async openSigners(query: KeyQuery & { readonly need?: number }): Promise<OpenedKey[]> {
    const found = new Map<string, StoredKey>();
    for (const key of await this.find(query)) {
      const before = found.get(key.id);
      if (!before || (before.problem !== undefined && key.problem === undefined)) found.set(key.id, key);
    }
    const need = query.need ?? 1;
    if (found.size < need) throw this.#missing(query, found.size, need);
    const opened: OpenedKey[] = [];
    for (const key of found.values()) {
      if (query.need !== undefined && opened.length >= need) break;
      opened.push(await this.open(key));
    }
    return opened;
  }

  /** Opens one key; the same key is not opened twice. */
  async open(key: StoredKey): Promise<OpenedKey> {
    const known = this.#opened.get(key.id);
    if (known) return known;
    const store = this.store(key.store);
    const opened = await this.unlock(key, (passphrase) => store.open(key.id, passphrase));
    this.#opened.set(key.id, opened);
    return opened;
  }

  /** Makes a new key, keeps it in a store under a new passphrase, and opens it. */
  async generate(options: { use: KeyUse; algorithm?: KeyAlgorithm; store?: KeyStoreName }): Promise<OpenedKey> {
    const store = this.store(options.store ?? this.stores[0]!.name);
    if (store.generate) return this.#generateThere(store, options);
    const passphrase = await this.passphrases.toSeal(options.use);
    const key = await generateKey(options.algorithm ?? 'ecdsa-p256');
    const stored = await store.add(key, options.use, passphrase);
    const opened = await store.open(stored.id, passphrase);
    this.#opened.set(stored.id, opened);
    return opened;
  }

  async #generateThere(store: KeyStore, options: { use: KeyUse; algorithm?: KeyAlgorithm }): Promise<OpenedKey> {
    const opened = await this.withPassphrase(
      { role: options.use.role, what: `the token in ${store.location}`, pin: true },
      (pin) => store.generate!(options.use, options.algorithm ?? 'ecdsa-p256', pin),
    );
    this.#opened.set(opened.stored.id, opened);
    return opened;
  }

  /** Runs `use` with the passphrase of a stored key; one that lies in the open needs none. */
  unlock<T>(key: StoredKey, use: (passphrase: string) => Promise<T>): Promise<T> {
    return key.sealed ? this.withPassphrase(forKey(key), use) : use('');
  }

  /** Tries passphrases until one fits. Throws `key-locked` when none does, `usage-invalid` when there was none to try. */
  async withPassphrase<T>(wanted: PassphraseFor, use: (passphrase: string) => Promise<T>): Promise<T> {
    let locked: AssayError | undefined;
    for await (const passphrase of this.passphrases.toOpen(wanted))
      try {
        return await use(passphrase);
      } catch (error) {
        if (!isAssayError(error, 'key-locked')) throw error;
        locked = error;
      }
    const secret = wanted.pin === true ? 'PIN' : 'passphrase';
    if (locked) throw new AssayError('key-locked', `wrong ${secret} for ${nameOf(wanted)}`, { cause: locked });
    throw new AssayError(
      'usage-invalid',
      `there is no terminal to ask for the ${secret} of ${nameOf(wanted)}; use ${this.passphrases.instead(wanted)}`,
    );
  }

  /** The store of this name. Throws `usage-invalid` when it is not in use. */
  store(name: KeyStoreName): KeyStore {
    const store = this.stores.find((each) => each.name === name);
    if (!store) throw new AssayError('usage-invalid', `the key store ${name} is not in use here`);
    return store;
  }

  #missing({ wanted, gun }: KeyQuery, here: number, need: number): AssayError {
    const names = wanted.map((each) => (ID.test(each) ? each.slice(0, 12) : each)).join(', ');
    const of = gun === undefined ? '' : ` of ${gun}`;
    const where = this.stores.map((store) => store.location).join(', ');
    return new AssayError(
      'key-unknown',
      `${here === 0 ? 'no key' : `${here} of ${need} keys`} for ${names}${of} in ${where}`,
      { detail: { wanted, here, need } },
    );
  }
}

function answersTo(key: StoredKey, wanted: string): boolean {
  return isIdOf(key, wanted) || key.role === wanted || (key.role !== '' && `targets/${key.role}` === wanted);
}

function isIdOf(key: StoredKey, wanted: string): boolean {
  return ID.test(wanted) && key.id.startsWith(wanted);
}

function forKey({ role, gun, id, store, location }: StoredKey): PassphraseFor {
  return store === 'pkcs11' ? { role, what: location, pin: true } : { role, gun, id };
}

/** `the root key 0123456789ab` */
export function nameOf({ what, role, id, gun }: PassphraseFor): string {
  if (what !== undefined) return what;
  return `the ${role === '' ? '' : `${role} `}key${id === undefined ? '' : ` ${id.slice(0, 12)}`}${gun === undefined ? '' : ` of ${gun}`}`;
}
