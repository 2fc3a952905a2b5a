import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { type PemBlock, readPem, writePem } from '../../lib/pem.ts';
import { canonicalKeyId } from '../tuf/notary/key.ts';
import { algorithmOf, publicHalf } from './algorithm.ts';
import { NOTARY_ITERATIONS, openPbes2, sealPbes2 } from './pbes2.ts';

/** What a key is for: `root`, `targets`, `snapshot`, or the name of a delegation or signer; and of which collection. */
export interface KeyUse {
  readonly role: string;
  readonly gun?: string;
}

/** A private key in PEM, as Notary clients keep it or as other tools write it. */
export interface PrivateKeyFile {
  /** From the file's headers; keys of other tools have none. */
  readonly role: string | undefined;
  readonly gun: string | undefined;
  readonly sealed: boolean;
  /** The key. Throws `key-locked` for a wrong or missing passphrase, `key-invalid` when it cannot be used. */
  open(passphrase?: string): Promise<KeyObject>;
}

const PLAIN = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY'];

/** Reads the one private key of a PEM file. Throws `key-invalid` when there is none. */
export function readPrivateKeyFile(text: string): PrivateKeyFile {
  return readPrivateKeyFiles(text)[0]!;
}

/** Reads every private key of a PEM file, of which `notary key export` writes several. Throws `key-invalid` for none. */
export function readPrivateKeyFiles(text: string): PrivateKeyFile[] {
  const blocks = blocksOf(text).filter(({ label }) => label === 'ENCRYPTED PRIVATE KEY' || PLAIN.includes(label));
  if (blocks.length === 0) throw new AssayError('key-invalid', 'the file holds no private key in PEM');
  return blocks.map(readBlock);
}

function readBlock(block: PemBlock): PrivateKeyFile {
  const legacy = block.headers.get('Proc-Type')?.includes('ENCRYPTED') === true;
  const sealed = legacy || block.label === 'ENCRYPTED PRIVATE KEY';
  return {
    role: word(block.headers.get('role')),
    gun: word(block.headers.get('gun')),
    sealed,
    async open(passphrase) {
      if (sealed && passphrase === undefined) throw new AssayError('key-locked', 'the key needs its passphrase');
      const key = legacy ? openLegacy(block, passphrase!) : await openModern(block, passphrase);
      algorithmOf(key);
      return key;
    },
  };
}

function blocksOf(text: string): PemBlock[] {
  try {
    return readPem(text);
  } catch (cause) {
    if (!isAssayError(cause, 'input-invalid')) throw cause;
    throw new AssayError('key-invalid', cause.message, { cause });
  }
}

const MAX_WORD = 1024;

function word(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.length > MAX_WORD) throw new AssayError('key-invalid', 'a header of the key file is too long');
  return text;
}

async function openModern(block: PemBlock, passphrase: string | undefined): Promise<KeyObject> {
  if (block.label !== 'ENCRYPTED PRIVATE KEY') {
    const type = block.label === 'PRIVATE KEY' ? 'pkcs8' : block.label === 'EC PRIVATE KEY' ? 'sec1' : 'pkcs1';
    return parse({ key: block.bytes, format: 'der', type });
  }
  const plain = await openPbes2(block.bytes, passphrase ?? '');
  try {
    return parse({ key: plain, format: 'der', type: 'pkcs8' });
  } finally {
    plain.fill(0);
  }
}

/** RFC 1421 encryption of old OpenSSL and early Notary keys; without the headers that OpenSSL would stumble over. */
function openLegacy(block: PemBlock, passphrase: string): KeyObject {
  const headers: Record<string, string> = {};
  for (const name of ['Proc-Type', 'DEK-Info']) headers[name] = block.headers.get(name) ?? '';
  const pem = writePem(block.label, block.bytes, {}).replace(
    '\n',
    `\nProc-Type: ${headers['Proc-Type']}\nDEK-Info: ${headers['DEK-Info']}\n\n`,
  );
  try {
    return createPrivateKey({ key: pem, passphrase });
  } catch (cause) {
    throw new AssayError('key-locked', 'wrong passphrase, or a cipher that is not read here', { cause });
  }
}

/** The cause stays out: OpenSSL's words tell nothing that a person could use. */
function parse(input: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(input);
  } catch {
    throw new AssayError('key-invalid', 'the file does not hold a private key that can be read');
  }
}

/** A private key as docker and notary keep it, sealed, with its role and collection in the headers. */
export async function writeSealedKeyFile(
  key: KeyObject,
  use: KeyUse,
  passphrase: string,
  iterations: number = NOTARY_ITERATIONS,
): Promise<string> {
  const plain = pkcs8(key);
  try {
    return writePem('ENCRYPTED PRIVATE KEY', await sealPbes2(plain, passphrase, iterations), headersOf(use));
  } finally {
    plain.fill(0);
  }
}

/**
 * The same as a file to hand over: `path` names the key's id, without which docker and notary import nothing of a sealed
 * key (docker says that it did all the same).
 */
export async function writeExportedKeyFile(key: KeyObject, use: KeyUse, passphrase: string): Promise<string> {
  const plain = pkcs8(key);
  try {
    const headers = { ...headersOf(use), path: canonicalKeyId(publicHalf(key)) };
    return writePem('ENCRYPTED PRIVATE KEY', await sealPbes2(plain, passphrase, NOTARY_ITERATIONS), headers);
  } finally {
    plain.fill(0);
  }
}

/** A private key in the open, for tools that want it so. */
export function writePlainKeyFile(key: KeyObject, use: KeyUse): string {
  return writePem('PRIVATE KEY', pkcs8(key), headersOf(use));
}

function pkcs8(key: KeyObject): Buffer {
  return key.export({ type: 'pkcs8', format: 'der' });
}

function headersOf({ role, gun }: KeyUse): Record<string, string> {
  for (const value of [role, gun ?? ''])
    if (/[^\x20-\x7e]/.test(value))
      throw new AssayError('key-invalid', 'a role or collection has characters that a key file cannot hold');
  return { ...(role !== '' && { role }), ...(gun !== undefined && gun !== '' && { gun }) };
}
