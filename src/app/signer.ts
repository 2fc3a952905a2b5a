import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEY_BOOK } from '../adapters/signer/key-book.ts';
import { openSealedStore } from '../adapters/signer/sealed-store.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import type { SignerStore } from '../ports/signer-service.ts';
import { SigningService } from '../work/trust/signing-service.ts';

const STORE_KEY_BYTES = 32;
const STORE_KEY = 'store.key';
/** Name of the store key among the credentials that systemd hands to a service (`LoadCredential=`). */
const CREDENTIAL = 'assay-store-key';

export interface OpenSigner extends AsyncDisposable {
  readonly service: SigningService;
}

/** Where private keys are: sealed under a store key, or on a token. */
export type SignerKeys =
  | { readonly storeKeyFile: string | undefined }
  | {
      readonly module: string;
      readonly token: string | undefined;
      readonly pin: string;
      /** True keeps the keys in sealed files, and only what opens them on the token. */
      readonly sealed: boolean;
    };

/** Opens the signing service over its key store. */
export async function openSigner(options: {
  directory: string;
  version: string;
  keys: SignerKeys;
}): Promise<OpenSigner> {
  const store = await openStore(options.directory, options.keys);
  const service = new SigningService(store, systemClock, options.version);
  return {
    service,
    async [Symbol.asyncDispose]() {
      await service.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

async function openStore(directory: string, keys: SignerKeys): Promise<SignerStore> {
  if (!('module' in keys)) return openSealedStore(directory, readStoreKey(directory, keys.storeKeyFile));
  if (keys.sealed) {
    const { storeKeyFromToken } = await import('../adapters/pkcs11/token-store-key.ts');
    return openSealedStore(directory, await storeKeyFromToken(keys));
  }
  const { openTokenSignerStore } = await import('../adapters/pkcs11/token-signer-store.ts');
  return openTokenSignerStore({ directory, ...keys });
}

/** The store key's file as it was given, or among the credentials of the service; none for the default. */
export function storeKeyFile(given: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  if (given !== undefined) return given;
  const credentials = environment['CREDENTIALS_DIRECTORY'];
  const path = credentials && join(credentials, CREDENTIAL);
  return path && existsSync(path) ? path : undefined;
}

/** The store key from its file; the default one is made at first use. Others must not be able to read it. */
function readStoreKey(directory: string, given: string | undefined): Uint8Array {
  const path = given ?? join(directory, STORE_KEY);
  if (given === undefined) makeStoreKey(directory, path);
  try {
    // systemd grants its credentials by an access list, which shows as a right of the group.
    const forOthers = path.endsWith(`/${CREDENTIAL}`) ? 0o007 : 0o077;
    if ((statSync(path).mode & forOthers) !== 0)
      throw new AssayError('key-exposed', `others can read ${path}; chmod 600 it`);
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (key.length === STORE_KEY_BYTES) return key;
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('key-invalid', `cannot read the store key ${path}`, { cause });
  }
  throw new AssayError('key-invalid', `${path} does not hold a store key (32 bytes in base64)`);
}

/** A new store key would open nothing that is sealed already: where there are keys, the old one must come back. */
function makeStoreKey(directory: string, path: string): void {
  if (existsSync(path)) return;
  if (existsSync(join(directory, KEY_BOOK)))
    throw new AssayError(
      'key-locked',
      `the store key ${path} is missing; a backup does not hold it: put it back from where you keep it`,
    );
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${randomBytes(STORE_KEY_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}
