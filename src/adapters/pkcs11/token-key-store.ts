import { randomBytes, type KeyObject } from 'node:crypto';
import { AssayError } from '../../lib/error.ts';
import type { KeyStore, OpenedKey, StoredKey } from '../../ports/key-store.ts';
import { algorithmOf, type KeyAlgorithm } from '../../trust/keys/algorithm.ts';
import type { KeyUse } from '../../trust/keys/private-key-file.ts';
import { canonicalKeyId } from '../../trust/tuf/notary/key.ts';
import { loadModule, type Pkcs11Module, type Session, type Token } from './module.ts';
import { destroyOnToken, generateOnToken, privateHandle, signOnToken, type TokenKey, tokenKeys } from './token-key.ts';

interface FoundKey {
  readonly token: Token;
  readonly key: TokenKey;
  readonly stored: StoredKey;
}

const LABEL = /^assay (\S+)(?: (\S+))?$/;

/**
 * Owner keys on PKCS#11 tokens. Private halves never leave the token: such a key has no copy and no backup. What it is for
 * stands in its label (`assay root`, `assay targets GUN`); keys made with other tools are used by their id.
 */
export class TokenKeyStore implements KeyStore {
  readonly name = 'pkcs11';
  readonly location: string;
  readonly #path: string;
  readonly #wanted: string | undefined;
  /** Sessions that are logged in, by token. */
  readonly #sessions = new Map<bigint, Session>();

  /** `token` is the label or serial number of the one to use; all of them when absent. */
  constructor(path: string, token: string | undefined) {
    this.#path = path;
    this.#wanted = token;
    this.location = token === undefined ? path : `${path} (${token})`;
  }

  async list(): Promise<StoredKey[]> {
    return (await this.#found()).map(({ stored }) => stored);
  }

  async open(id: string, pin: string): Promise<OpenedKey> {
    const { module, found } = await this.#find(id);
    const session = this.#login(module, found.token, pin);
    const handle = privateHandle(session, found.key.objectId);
    const kind = found.key.publicKey.asymmetricKeyType;
    return {
      stored: found.stored,
      publicKey: found.key.publicKey,
      sign: async (data) => signOnToken(session, handle, kind, data),
    };
  }

  /** Makes a key on the token. With several tokens, one must be named. */
  async generate(use: KeyUse, algorithm: KeyAlgorithm, pin: string): Promise<OpenedKey> {
    const module = await loadModule(this.#path);
    const tokens = this.#tokens(module);
    if (tokens.length > 1)
      throw new AssayError(
        'usage-invalid',
        `there are ${tokens.length} tokens; name one with --token: ${tokens.map((token) => token.label).join(', ')}`,
      );
    const token = tokens[0]!;
    const session = this.#login(module, token, pin);
    const objectId = randomBytes(16);
    generateOnToken(session, algorithm, objectId, labelOf(use));
    const made = (await this.#found()).find(({ key }) => key.objectId.equals(objectId));
    if (!made) throw new AssayError('token-failed', 'the token does not show the key that it made');
    return this.open(made.stored.id, pin);
  }

  async remove(id: string, pin?: string): Promise<void> {
    const { module, found } = await this.#find(id);
    if (pin === undefined) throw new AssayError('key-locked', 'the token wants its PIN');
    destroyOnToken(this.#login(module, found.token, pin), found.key.objectId);
  }

  read(): Promise<never> {
    return this.#never('a private key does not leave its token');
  }

  add(): Promise<never> {
    return this.#never('private keys are made on the token (assay key generate --store pkcs11), not put there');
  }

  reseal(): Promise<never> {
    return this.#never('the PIN is changed with the tool of the token');
  }

  sealedFile(): Promise<never> {
    return this.#never('a key on a token has no backup');
  }

  restore(): Promise<never> {
    return this.#never('a key on a token has no backup');
  }

  async #never(reason: string): Promise<never> {
    throw new AssayError('unsupported', reason);
  }

  #tokens(module: Pkcs11Module): Token[] {
    const all = module.tokens();
    const tokens = all.filter(
      ({ label, serial }) => this.#wanted === undefined || label === this.#wanted || serial === this.#wanted,
    );
    if (tokens.length > 0) return tokens;
    throw new AssayError(
      'token-failed',
      this.#wanted === undefined
        ? `${this.#path} shows no initialised token; is it plugged in?`
        : `there is no token ${this.#wanted}; there are: ${all.map(({ label }) => label).join(', ') || 'none'}`,
    );
  }

  async #found(): Promise<FoundKey[]> {
    const module = await loadModule(this.#path);
    return this.#tokens(module).flatMap((token) => {
      const held = this.#sessions.get(token.slot);
      if (held) return shown(this.#path, token, tokenKeys(held));
      using session = module.session(token.slot, { write: false });
      return shown(this.#path, token, tokenKeys(session));
    });
  }

  async #find(id: string): Promise<{ module: Pkcs11Module; found: FoundKey }> {
    const found = (await this.#found()).find(({ stored }) => stored.id === id);
    if (!found) throw new AssayError('key-unknown', `there is no key ${id.slice(0, 12)} on the token`);
    return { module: await loadModule(this.#path), found };
  }

  #login(module: Pkcs11Module, token: Token, pin: string): Session {
    const known = this.#sessions.get(token.slot);
    if (known) return known;
    const session = module.session(token.slot, { write: true });
    try {
      session.login(pin);
    } catch (error) {
      session[Symbol.dispose]();
      throw error;
    }
    this.#sessions.set(token.slot, session);
    return session;
  }
}

function shown(module: string, token: Token, keys: readonly TokenKey[]): FoundKey[] {
  return keys.map((key) => {
    const [, role = '', gun] = LABEL.exec(key.label) ?? [];
    return { token, key, stored: storedKey(module, token, key.publicKey, role, gun) };
  });
}

function storedKey(
  module: string,
  token: Token,
  publicKey: KeyObject,
  role: string,
  gun: string | undefined,
): StoredKey {
  return {
    id: canonicalKeyId(publicKey),
    store: 'pkcs11',
    role,
    gun,
    publicKey,
    algorithm: algorithmOf(publicKey),
    createdAt: undefined,
    sealed: true,
    location: `${module} (${token.label})`,
    problem: undefined,
  };
}

function labelOf({ role, gun }: KeyUse): string {
  return gun === undefined ? `assay ${role}` : `assay ${role} ${gun}`;
}
