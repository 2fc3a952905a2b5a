import { createHash, type Hash, hash } from 'node:crypto';
import { AssayError } from '../lib/error.ts';

/** `algorithm:hex` as the OCI image specification's descriptor section defines it; sha256 and sha512 are known. */
export type Digest = string & { readonly __brand: 'Digest' };
export type DigestAlgorithm = 'sha256' | 'sha512';

const PATTERN = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** Throws `digest-invalid` for anything but a sha256 or sha512 digest in lower case. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new AssayError('digest-invalid', `not a sha256 or sha512 digest: ${JSON.stringify(text.slice(0, 80))}`);
}

export function parseAlgorithm(text: string): DigestAlgorithm {
  if (text === 'sha256' || text === 'sha512') return text;
  throw new AssayError(
    'digest-invalid',
    `the digest algorithm ${JSON.stringify(text.slice(0, 20))} is not known; use sha256 or sha512`,
  );
}

export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512') ? 'sha512' : 'sha256';
}

export function hexOf(digest: Digest): string {
  return digest.slice(7);
}

export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${hash(algorithm, bytes, 'hex')}` as Digest;
}

/** A digest of bytes that come in pieces; `copy` lets an upload go on after its digest was asked. */
export class Digester {
  readonly algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  constructor(algorithm: DigestAlgorithm, hash: Hash = createHash(algorithm)) {
    this.algorithm = algorithm;
    this.#hash = hash;
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  copy(): Digester {
    return new Digester(this.algorithm, this.#hash.copy());
  }

  /** Ends the computation; use `copy` first to go on. */
  digest(): Digest {
    return `${this.algorithm}:${this.#hash.digest('hex')}` as Digest;
  }
}

/** The digest of bytes that come in pieces, from their beginning. */
export async function digestOfAll(bytes: AsyncIterable<Uint8Array>, algorithm: DigestAlgorithm): Promise<Digest> {
  const digester = new Digester(algorithm);
  for await (const chunk of bytes) digester.update(chunk);
  return digester.digest();
}
