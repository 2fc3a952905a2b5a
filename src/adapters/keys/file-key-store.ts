import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { AssayError, isAssayError } from '../../lib/error.ts';
import type { KeyStore, KeyStoreName, OpenedKey, StoredKey } from '../../ports/key-store.ts';
import { algorithmOf, publicHalf } from '../../trust/keys/algorithm.ts';
import type { KeyUse } from '../../trust/keys/private-key-file.ts';
import { softwareSigner } from '../../trust/keys/software-signer.ts';
import { canonicalKeyId } from '../../trust/tuf/notary/key.ts';
import { PrivateFolder } from './private-folder.ts';

/** What a form of key files shows before it is opened. */
export interface ReadableKey {
  readonly role: string | undefined;
  readonly gun: string | undefined;
  readonly publicKey?: KeyObject;
  readonly createdAt?: number;
  readonly sealed: boolean;
  open(passphrase: string): Promise<KeyObject>;
}

/** How one kind of store writes its files. */
export interface KeyFileForm {
  readonly name: KeyStoreName;
  /** Of the files, with the dot. */
  readonly suffix: string;
  read(text: string): ReadableKey;
  write(key: KeyObject, use: KeyUse, passphrase: string): Promise<string>;
}

const ID = /^[0-9a-f]{64}$/;

/** Keys in a folder, one file each, named by the key's id. */
export class FileKeyStore implements KeyStore {
  readonly name: KeyStoreName;
  readonly #form: KeyFileForm;
  readonly #folder: PrivateFolder;

  constructor(form: KeyFileForm, folder: string) {
    this.name = form.name;
    this.#form = form;
    this.#folder = new PrivateFolder(folder);
  }

  get location(): string {
    return this.#folder.path;
  }

  async list(): Promise<StoredKey[]> {
    const names = await this.#folder.names();
    const ids = names
      .filter((name) => name.endsWith(this.#form.suffix))
      .map((name) => name.slice(0, -this.#form.suffix.length))
      .filter((id) => ID.test(id));
    const keys = await Promise.all(ids.map((id) => this.#show(id)));
    return keys.filter((key) => key !== undefined);
  }

  async open(id: string, passphrase: string): Promise<OpenedKey> {
    const key = await this.read(id, passphrase);
    const stored = (await this.#show(id))!;
    return { ...softwareSigner(key), stored: { ...stored, publicKey: publicHalf(key), algorithm: algorithmOf(key) } };
  }

  async read(id: string, passphrase: string): Promise<KeyObject> {
    const { readable } = await this.#find(id);
    const key = await readable.open(passphrase);
    if (canonicalKeyId(publicHalf(key)) !== id)
      throw new AssayError('key-invalid', `${this.#path(id)} holds another key than its name says`);
    return key;
  }

  async add(key: KeyObject, use: KeyUse, passphrase: string): Promise<StoredKey> {
    const id = canonicalKeyId(publicHalf(key));
    if (await this.#folder.read(this.#file(id)))
      throw new AssayError('already-exists', `the key ${id.slice(0, 12)} is in ${this.location} already`);
    await this.#folder.write(this.#file(id), await this.#form.write(key, use, passphrase));
    return (await this.#show(id))!;
  }

  async reseal(id: string, before: string, after: string): Promise<void> {
    const { readable } = await this.#find(id);
    const key = await this.read(id, before);
    await this.#folder.write(this.#file(id), await this.#form.write(key, useOf(readable), after));
  }

  async remove(id: string): Promise<void> {
    await this.#required(id);
    await this.#folder.remove(this.#file(id));
  }

  async sealedFile(id: string): Promise<string> {
    return (await this.#find(id)).text;
  }

  async restore(id: string, file: string): Promise<StoredKey> {
    this.#requireId(id);
    this.#form.read(file);
    const present = await this.#folder.read(this.#file(id));
    if (present && present.text !== file)
      throw new AssayError('already-exists', `${this.#path(id)} is there already, and differs`);
    if (!present) await this.#folder.write(this.#file(id), file);
    return (await this.#show(id))!;
  }

  #file(id: string): string {
    return `${id}${this.#form.suffix}`;
  }

  #path(id: string): string {
    return join(this.location, this.#file(id));
  }

  #requireId(id: string): void {
    if (!ID.test(id)) throw new AssayError('key-invalid', 'this is not a key id');
  }

  async #required(id: string): Promise<{ text: string; exposed: boolean }> {
    this.#requireId(id);
    const file = await this.#folder.read(this.#file(id));
    if (!file) throw new AssayError('key-unknown', `there is no key ${id.slice(0, 12)} in ${this.location}`);
    return file;
  }

  async #find(id: string): Promise<{ text: string; readable: ReadableKey }> {
    const { text, exposed } = await this.#required(id);
    if (exposed) throw new AssayError('key-exposed', `others can read ${this.#path(id)}; chmod 600 it`);
    return { text, readable: this.#form.read(text) };
  }

  /** Listing never fails over one bad file: the key says what is wrong with it. */
  async #show(id: string): Promise<StoredKey | undefined> {
    const unreadable = { role: undefined, gun: undefined, sealed: true } as const;
    try {
      const file = await this.#folder.read(this.#file(id));
      if (!file) return undefined;
      const problem = file.exposed ? 'others can read the file; chmod 600 it' : undefined;
      return this.#stored(id, this.#form.read(file.text), problem);
    } catch (error) {
      if (!isAssayError(error)) throw error;
      return this.#stored(id, unreadable, error.message);
    }
  }

  #stored(id: string, key: Omit<ReadableKey, 'open'>, problem: string | undefined): StoredKey {
    return {
      id,
      store: this.name,
      role: key.role ?? '',
      gun: key.gun,
      publicKey: key.publicKey,
      algorithm: key.publicKey && algorithmOf(key.publicKey),
      createdAt: key.createdAt,
      sealed: key.sealed,
      location: this.#path(id),
      problem,
    };
  }
}

function useOf({ role, gun }: ReadableKey): KeyUse {
  return { role: role ?? '', ...(gun !== undefined && { gun }) };
}
