import { AssayError } from '../../lib/error.ts';
import { type AttributeValue, clear, roomFor, templateOf, valuesOf, WORD, word } from './attributes.ts';
import { CKF, CKR, CKU_USER, returnWords } from './constants.ts';
import { addressOf, memory, memoryOf, type NativeValue, openLibrary } from './native.ts';

const FUNCTIONS = {
  C_Initialize: ['memory'],
  C_GetSlotList: ['number', 'memory', 'memory'],
  C_GetTokenInfo: ['number', 'memory'],
  C_OpenSession: ['number', 'number', 'memory', 'memory', 'memory'],
  C_CloseSession: ['number'],
  C_Login: ['number', 'number', 'memory', 'number'],
  C_FindObjectsInit: ['number', 'memory', 'number'],
  C_FindObjects: ['number', 'memory', 'number', 'memory'],
  C_FindObjectsFinal: ['number'],
  C_GetAttributeValue: ['number', 'number', 'memory', 'number'],
  C_GenerateKeyPair: ['number', 'memory', 'memory', 'number', 'memory', 'number', 'memory', 'memory'],
  C_DestroyObject: ['number', 'number'],
  C_SignInit: ['number', 'memory', 'number'],
  C_Sign: ['number', 'memory', 'number', 'memory', 'memory'],
} as const satisfies Record<string, readonly ('number' | 'memory')[]>;

export interface Token {
  readonly slot: bigint;
  readonly label: string;
  readonly serial: string;
  readonly model: string;
}

const MAX_SLOTS = 64;
const MAX_OBJECTS = 4096;
const TOKEN_INFO = 256;

const modules = new Map<string, Promise<Pkcs11Module>>();

/** A PKCS#11 module in this process; it is initialised once, however many ask for it. */
export function loadModule(path: string): Promise<Pkcs11Module> {
  const known = modules.get(path);
  if (known) return known;
  const loading = Pkcs11Module.load(path);
  modules.set(path, loading);
  loading.catch(() => modules.delete(path));
  return loading;
}

/** The calls of PKCS#11 2.40 that signing takes. Every failure is `token-failed`, a wrong PIN `key-locked`. */
export class Pkcs11Module {
  readonly path: string;
  readonly #functions: Readonly<Record<string, (...values: NativeValue[]) => bigint>>;

  private constructor(path: string, functions: Readonly<Record<string, (...values: NativeValue[]) => bigint>>) {
    this.path = path;
    this.#functions = functions;
  }

  static async load(path: string): Promise<Pkcs11Module> {
    const module = new Pkcs11Module(path, await openLibrary(path, FUNCTIONS));
    module.call('C_Initialize', [null], CKR.alreadyInitialized);
    return module;
  }

  /** Calls a function; return values in `fine` are taken for success and given back. */
  call(name: keyof typeof FUNCTIONS, values: NativeValue[], ...fine: bigint[]): bigint {
    const status = this.#functions[name]!(...values);
    if (status === CKR.ok || fine.includes(status)) return status;
    if (status === CKR.pinIncorrect || status === CKR.pinInvalid || status === CKR.pinLengthRange)
      throw new AssayError('key-locked', 'wrong PIN');
    const words = returnWords[String(status)] ?? `it answered 0x${status.toString(16)}`;
    throw new AssayError('token-failed', `the token failed (${name}): ${words}`, {
      detail: { call: name, status: Number(status) },
    });
  }

  /** Tokens that are ready for use. */
  tokens(): Token[] {
    const count = word(BigInt(MAX_SLOTS));
    const slots = memory(MAX_SLOTS * WORD);
    this.call('C_GetSlotList', [1n, slots, count]);
    const found: Token[] = [];
    for (let at = 0; at < Math.min(MAX_SLOTS, Number(count.readBigUInt64LE())); at++) {
      const slot = slots.readBigUInt64LE(at * WORD);
      const info = memory(TOKEN_INFO);
      this.call('C_GetTokenInfo', [slot, info]);
      if ((info.readBigUInt64LE(96) & CKF.tokenInitialized) === 0n) continue;
      const text = (from: number, to: number) => info.toString('utf8', from, to).replaceAll('\0', '').trim();
      found.push({ slot, label: text(0, 32), model: text(64, 80), serial: text(80, 96) });
    }
    return found;
  }

  session(slot: bigint, options: { write: boolean }): Session {
    const handle = word();
    const flags = CKF.serialSession | (options.write ? CKF.rwSession : 0n);
    this.call('C_OpenSession', [slot, flags, null, null, handle]);
    return new Session(this, handle.readBigUInt64LE());
  }
}

/** A conversation with one token. */
export class Session implements Disposable {
  readonly #module: Pkcs11Module;
  readonly #handle: bigint;

  constructor(module: Pkcs11Module, handle: bigint) {
    this.#module = module;
    this.#handle = handle;
  }

  /** Logs the user in; the login holds for the token until its last session ends. */
  login(pin: string): void {
    const bytes = memoryOf(Buffer.from(pin, 'utf8'));
    try {
      this.#module.call('C_Login', [this.#handle, CKU_USER, bytes, BigInt(bytes.length)], CKR.alreadyLoggedIn);
    } finally {
      bytes.fill(0);
    }
  }

  find(attributes: readonly (readonly [bigint, AttributeValue])[]): bigint[] {
    const template = templateOf(attributes);
    this.#module.call('C_FindObjectsInit', [this.#handle, template.bytes, template.count]);
    try {
      const room = memory(MAX_OBJECTS * WORD);
      const count = word();
      this.#module.call('C_FindObjects', [this.#handle, room, BigInt(MAX_OBJECTS), count]);
      return Array.from({ length: Number(count.readBigUInt64LE()) }, (_, at) => room.readBigUInt64LE(at * WORD));
    } finally {
      this.#module.call('C_FindObjectsFinal', [this.#handle]);
      clear(template);
    }
  }

  /** Values of at most 1 KiB each; an attribute that the object does not have is absent. */
  attributes(object: bigint, types: readonly bigint[]): (Buffer | undefined)[] {
    return types.map((type) => {
      const room = roomFor([type], 1024);
      const status = this.#module.call(
        'C_GetAttributeValue',
        [this.#handle, object, room.bytes, room.count],
        0x11n,
        0x12n,
        0x150n,
      );
      const value = status === CKR.ok ? valuesOf(room)[0] : undefined;
      clear(room);
      return value;
    });
  }

  generate(
    mechanism: bigint,
    publicHalf: readonly (readonly [bigint, AttributeValue])[],
    privateHalf: readonly (readonly [bigint, AttributeValue])[],
  ): { readonly publicKey: bigint; readonly privateKey: bigint } {
    const [forPublic, forPrivate] = [templateOf(publicHalf), templateOf(privateHalf)];
    const [publicKey, privateKey] = [word(), word()];
    const how = mechanismOf(mechanism);
    this.#module.call('C_GenerateKeyPair', [
      this.#handle,
      how.bytes,
      forPublic.bytes,
      forPublic.count,
      forPrivate.bytes,
      forPrivate.count,
      publicKey,
      privateKey,
    ]);
    for (const used of [forPublic, forPrivate, how]) clear(used);
    return { publicKey: publicKey.readBigUInt64LE(), privateKey: privateKey.readBigUInt64LE() };
  }

  sign(key: bigint, mechanism: bigint, parameter: Uint8Array | undefined, data: Uint8Array): Buffer {
    const how = mechanismOf(mechanism, parameter);
    const input = memoryOf(data);
    const output = memory(1024);
    const length = word(BigInt(output.length));
    this.#module.call('C_SignInit', [this.#handle, how.bytes, key]);
    this.#module.call('C_Sign', [this.#handle, input, BigInt(input.length), output, length]);
    clear(how);
    return Buffer.from(output.subarray(0, Number(length.readBigUInt64LE())));
  }

  destroy(object: bigint): void {
    this.#module.call('C_DestroyObject', [this.#handle, object]);
  }

  [Symbol.dispose](): void {
    this.#module.call('C_CloseSession', [this.#handle], 0xb3n);
  }
}

/** CK_MECHANISM: its number, and where its parameter lies. */
function mechanismOf(number: bigint, parameter?: Uint8Array): { readonly bytes: Buffer; readonly kept: Buffer[] } {
  const kept = parameter && memoryOf(parameter);
  const bytes = memory(3 * WORD);
  bytes.writeBigUInt64LE(number);
  if (kept) {
    bytes.writeBigUInt64LE(addressOf(kept), WORD);
    bytes.writeBigUInt64LE(BigInt(kept.length), 2 * WORD);
  }
  return { bytes, kept: kept ? [kept] : [] };
}
