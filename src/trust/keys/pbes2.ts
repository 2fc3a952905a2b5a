import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { integer, objectIdentifier, octetString, sequence } from '../../lib/der.ts';
import {
  contentOf,
  type DerValue,
  readDer,
  readObjectIdentifier,
  readSequence,
  readSmallInteger,
} from '../../lib/der-read.ts';
import { AssayError, isAssayError } from '../../lib/error.ts';

const derive = promisify(pbkdf2);

const OIDS = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

const PSEUDO_RANDOM: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};

const CIPHERS: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', bytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', bytes: 24 },
  [OIDS.aes256Cbc]: { name: 'aes-256-cbc', bytes: 32 },
};

/** Ten times what anybody writes; a file must not be able to keep a processor busy for hours. */
const MAX_ITERATIONS = 10_000_000;

/**
 * Iterations of keys that we write in Notary's form. Its own clients write 2048, and read any number: this one is the
 * advice of OWASP for PBKDF2 with HMAC-SHA1.
 */
export const NOTARY_ITERATIONS = 1_300_000;

/** Seals PKCS#8 as Notary clients do: PBES2 (RFC 8018 section 6.2), PBKDF2 with HMAC-SHA1, AES-256-CBC. */
export async function sealPbes2(pkcs8: Uint8Array, passphrase: string, iterations: number): Promise<Buffer> {
  const salt = randomBytes(8);
  const iv = randomBytes(16);
  const key = await derive(Buffer.from(passphrase, 'utf8'), salt, iterations, 32, 'sha1');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  key.fill(0);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(iterations);
  const kdf = sequence(objectIdentifier(OIDS.pbkdf2), sequence(octetString(salt), integer(count)));
  const encryption = sequence(objectIdentifier(OIDS.aes256Cbc), octetString(iv));
  return sequence(sequence(objectIdentifier(OIDS.pbes2), sequence(kdf, encryption)), octetString(sealed));
}

/** The PKCS#8 bytes inside an EncryptedPrivateKeyInfo. Throws `key-locked` for a wrong passphrase, else `key-invalid`. */
export async function openPbes2(bytes: Uint8Array, passphrase: string): Promise<Buffer> {
  const { salt, iterations, digest, cipher, iv, sealed } = read(bytes);
  const key = await derive(Buffer.from(passphrase, 'utf8'), salt, iterations, cipher.bytes, digest);
  try {
    const decipher = createDecipheriv(cipher.name, key, iv);
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
    requirePkcs8(plain);
    return plain;
  } catch (cause) {
    // The form has no check of its own: a wrong passphrase shows as padding or a structure that is not there.
    throw new AssayError('key-locked', 'wrong passphrase', { cause });
  } finally {
    key.fill(0);
  }
}

function requirePkcs8(plain: Uint8Array): void {
  const [outer, ...rest] = readDer(plain);
  const [version, algorithm] = readSequence(outer);
  if (rest.length > 0 || readSmallInteger(version) > 1) throw new AssayError('key-locked');
  readSequence(algorithm);
}

interface Sealed {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly digest: string;
  readonly cipher: { readonly name: string; readonly bytes: number };
  readonly iv: Uint8Array;
  readonly sealed: Uint8Array;
}

function read(bytes: Uint8Array): Sealed {
  try {
    const [algorithm, sealed] = readSequence(readDer(bytes)[0]);
    const [scheme, parameters] = readSequence(algorithm);
    requireOid(scheme, OIDS.pbes2);
    const [kdf, encryption] = readSequence(parameters);
    const [kdfName, kdfParameters] = readSequence(kdf);
    requireOid(kdfName, OIDS.pbkdf2);
    const [salt, count, ...others] = readSequence(kdfParameters);
    const [cipherName, iv] = readSequence(encryption);
    const cipher = CIPHERS[readObjectIdentifier(cipherName)];
    const found = {
      salt: contentOf(salt, 0x04),
      iterations: readSmallInteger(count),
      digest: pseudoRandom(others),
      iv: contentOf(iv, 0x04),
      sealed: contentOf(sealed, 0x04),
    };
    const sound = found.iterations > 0 && found.iterations <= MAX_ITERATIONS && found.salt.length <= 1024;
    if (cipher && sound && found.iv.length === 16 && found.sealed.length % 16 === 0) return { ...found, cipher };
  } catch (cause) {
    if (!isAssayError(cause, 'input-invalid')) throw cause;
  }
  throw new AssayError('key-invalid', 'the key is sealed in a way that is not read here (PBES2, PBKDF2, AES-CBC are)');
}

/** The optional key length and pseudo-random function after the count (RFC 8018 appendix A.2); HMAC-SHA1 when absent. */
function pseudoRandom(others: readonly DerValue[]): string {
  const named = others.find((value) => value.tag === 0x30);
  const digest = named ? PSEUDO_RANDOM[readObjectIdentifier(readSequence(named)[0])] : 'sha1';
  if (digest === undefined) throw new AssayError('input-invalid');
  return digest;
}

function requireOid(value: DerValue | undefined, wanted: string): void {
  if (readObjectIdentifier(value) !== wanted) throw new AssayError('input-invalid');
}
