import { createHash, type Hash } from 'node:crypto';
import { AssayError } from '../../../lib/error.ts';
import { contentHash } from '../content-hash.ts';
import type { FileMeta } from '../metadata.ts';

/** Hash algorithms that are taken as proof; others are treated as unknown. */
const KNOWN = ['sha256', 'sha384', 'sha512'] as const;

/** One of the hashes whose algorithm is known here; throws `trust-hash-mismatch` when there is none. */
export function strongestHash(
  hashes: Readonly<Record<string, string>>,
  what: string,
): { readonly algorithm: string; readonly value: string } {
  for (const algorithm of KNOWN) {
    const value = hashes[algorithm];
    if (value !== undefined && /^[0-9a-f]+$/.test(value)) return { algorithm, value };
  }
  throw new AssayError(
    'trust-hash-mismatch',
    `${what} is listed with no hash that can be checked (${Object.keys(hashes).join(', ').slice(0, 80)})`,
  );
}

/** Takes bytes as they come and compares them at the end with every listed hash that is known, at least one. */
export class HashCheck {
  readonly #what: string;
  readonly #running: { readonly algorithm: string; readonly expected: string; readonly hash: Hash }[];

  constructor(hashes: Readonly<Record<string, string>>, what: string) {
    strongestHash(hashes, what);
    this.#what = what;
    this.#running = KNOWN.filter((algorithm) => hashes[algorithm] !== undefined).map((algorithm) => ({
      algorithm,
      expected: hashes[algorithm]!,
      hash: createHash(algorithm),
    }));
  }

  update(bytes: Uint8Array): void {
    for (const { hash } of this.#running) hash.update(bytes);
  }

  finish(): void {
    for (const { algorithm, expected, hash } of this.#running)
      if (hash.digest('hex') !== expected) throw mismatch(algorithm, this.#what, expected);
  }
}

function mismatch(algorithm: string, what: string, expected: string): AssayError {
  return new AssayError('trust-hash-mismatch', `${algorithm} checksum for ${what} did not match: expected ${expected}`);
}

/** Compares a whole file with what refers to it: length and hashes, as far as they are listed. */
export function requireContent(raw: Uint8Array, meta: FileMeta, what: string): void {
  if (meta.length !== undefined && raw.length > meta.length)
    throw new AssayError('trust-endless-data', `${what} has more than the ${meta.length} bytes it is listed with`);
  if (!meta.hashes) return;
  strongestHash(meta.hashes, what);
  for (const algorithm of KNOWN) {
    const expected = meta.hashes[algorithm];
    if (expected !== undefined && contentHash(algorithm, raw) !== expected) throw mismatch(algorithm, what, expected);
  }
}

export function hasContent(raw: Uint8Array, meta: FileMeta, what: string): boolean {
  try {
    requireContent(raw, meta, what);
    return true;
  } catch {
    return false;
  }
}
