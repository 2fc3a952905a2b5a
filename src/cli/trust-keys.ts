import { readFile } from 'node:fs/promises';
import { AssayError } from '../lib/error.ts';
import type { PublicKey } from '../trust/keys/public-key.ts';
import { readPublicKeyFile } from '../trust/keys/public-key-file.ts';
import { notaryCertificateKey, notaryKey, readNotaryKey } from '../trust/tuf/notary/key.ts';

/** The public key or certificate of a file, as Notary v1 names it. */
export async function publicKeyFrom(path: string): Promise<PublicKey> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AssayError('usage-invalid', `cannot read ${path}`, { cause });
  }
  const { key, certificate } = readPublicKeyFile(text);
  return readNotaryKey(certificate === undefined ? notaryKey(key) : notaryCertificateKey(certificate));
}

/** As `publicKeyFrom`, for a root key: Notary v1 knows roots by a certificate for the collection. */
export async function rootCertificateFrom(path: string, gun: string): Promise<PublicKey> {
  const key = await publicKeyFrom(path);
  if (key.certificates !== undefined) return key;
  throw new AssayError(
    'usage-invalid',
    `${path} holds a bare key; a root key comes with its certificate: assay key export ID --certificate ${gun}`,
  );
}

/** The values of an option that may be given several times. */
export function listOption(options: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = options[name];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** A whole number of at least 1 given as an option. */
export function countOption(options: Readonly<Record<string, unknown>>, name: string, fallback: number): number {
  const value = options[name];
  if (value === undefined) return fallback;
  if (typeof value === 'string' && /^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new AssayError(
    'usage-invalid',
    `--${name.replaceAll(/[A-Z]/g, (char) => `-${char.toLowerCase()}`)} is a whole number of at least 1`,
  );
}
