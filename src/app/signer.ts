import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSealedStore } from '../adapters/signer/sealed-store.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import { SigningService } from '../work/trust/signing-service.ts';

const STORE_KEY_BYTES = 32;

export interface OpenSigner extends AsyncDisposable {
  readonly service: SigningService;
}

/** Opens the signing service over its key store. */
export function openSigner(options: {
  directory: string;
  storeKeyFile?: string | undefined;
  version: string;
}): OpenSigner {
  const storeKey = readStoreKey(options.directory, options.storeKeyFile);
  const store = openSealedStore(options.directory, storeKey);
  const service = new SigningService(store, systemClock, options.version);
  return {
    service,
    async [Symbol.asyncDispose]() {
      await service.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** The store key from its file; the default one is made at first use. Others must not be able to read it. */
function readStoreKey(directory: string, given: string | undefined): Uint8Array {
  const path = given ?? join(directory, 'store.key');
  if (given === undefined) makeStoreKey(directory, path);
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw new AssayError('key-exposed', `others can read ${path}; chmod 600 it`);
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (key.length === STORE_KEY_BYTES) return key;
  } catch (cause) {
    if (cause instanceof AssayError) throw cause;
    throw new AssayError('key-invalid', `cannot read the store key ${path}`, { cause });
  }
  throw new AssayError('key-invalid', `${path} does not hold a store key (32 bytes in base64)`);
}

function makeStoreKey(directory: string, path: string): void {
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
