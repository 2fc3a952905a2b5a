const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ONE = 256 * 1024;

/**
 * The bytes of manifests that were read lately, by digest. It says nothing of what exists: whether a repository holds a
 * digest is asked of the database each time, and the bytes of a digest never change.
 */
export class ManifestBytes {
  readonly #held = new Map<string, Uint8Array>();
  #total = 0;

  get(digest: string): Uint8Array | undefined {
    const raw = this.#held.get(digest);
    if (raw) {
      this.#held.delete(digest);
      this.#held.set(digest, raw);
    }
    return raw;
  }

  add(digest: string, raw: Uint8Array): void {
    if (raw.length > MAX_ONE || this.#held.has(digest)) return;
    this.#held.set(digest, raw);
    this.#total += raw.length;
    for (const [oldest, bytes] of this.#held) {
      if (this.#total <= MAX_BYTES) break;
      this.#held.delete(oldest);
      this.#total -= bytes.length;
    }
  }
}
