import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { type PemBlock, readPem, writePem } from '../../lib/pem.ts';
import { algorithmOf } from './algorithm.ts';
import { spkiOf } from './public-key.ts';

/** The public half of somebody's key, as it is handed over in a file. */
export interface PublicKeyFile {
  readonly key: KeyObject;
  /** From the file's headers, as docker and notary write them. */
  readonly role: string | undefined;
  /** PEM, when the file holds a certificate. */
  readonly certificate: string | undefined;
}

/** Reads a PEM public key (SPKI) or X.509 certificate. Throws `key-invalid` for anything else, private keys above all. */
export function readPublicKeyFile(text: string): PublicKeyFile {
  const blocks = blocksOf(text);
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY')))
    throw new AssayError(
      'key-invalid',
      'this file holds a private key; hand over its public half only (assay key export --public)',
    );
  const block = blocks.find(({ label }) => label === 'PUBLIC KEY' || label === 'CERTIFICATE');
  if (!block) throw new AssayError('key-invalid', 'the file holds no public key or certificate in PEM');
  const certificate = block.label === 'CERTIFICATE' ? writePem('CERTIFICATE', block.bytes) : undefined;
  const key = parse(block, certificate);
  algorithmOf(key);
  return { key, role: block.headers.get('role') || undefined, certificate };
}

function blocksOf(text: string): PemBlock[] {
  try {
    return readPem(text);
  } catch (cause) {
    if (!isAssayError(cause, 'input-invalid')) throw cause;
    throw new AssayError('key-invalid', cause.message, { cause });
  }
}

function parse(block: PemBlock, certificate: string | undefined): KeyObject {
  try {
    return certificate === undefined
      ? createPublicKey({ key: block.bytes, format: 'der', type: 'spki' })
      : new X509Certificate(certificate).publicKey;
  } catch {
    throw new AssayError('key-invalid', 'the file does not hold a public key that can be read');
  }
}

/** The public half in PEM with its role in a header, as `docker trust key generate` writes it. */
export function writePublicKeyFile(key: KeyObject, role?: string): string {
  return writePem('PUBLIC KEY', spkiOf(key), role === undefined || role === '' ? {} : { role });
}
