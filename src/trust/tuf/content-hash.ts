import { hash } from 'node:crypto';

const known = new WeakMap<Uint8Array, Map<string, string>>();

/** Hex digest of a file's bytes, computed once for one buffer; the bytes of a file are never changed. */
export function contentHash(algorithm: 'sha256' | 'sha384' | 'sha512', raw: Uint8Array): string {
  const hashes = known.get(raw) ?? new Map<string, string>();
  let digest = hashes.get(algorithm);
  if (digest === undefined) {
    digest = hash(algorithm, raw, 'hex');
    hashes.set(algorithm, digest);
    known.set(raw, hashes);
  }
  return digest;
}
