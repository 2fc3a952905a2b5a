import { contentHash } from './content-hash.ts';
import type { SignedFile } from './metadata.ts';

/** Bytes of files that are remembered; as metadata they take several times as much. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Files that were read lately, by what they were read as and their SHA-256. With ten thousand tags reading takes tens of
 * milliseconds, and most readings are of a file that was read before: at the next publish, the next pull, by the
 * console. What is remembered is what the file says, never that it is trusted: signatures are checked each time.
 */
export class FileMemory {
  readonly #files = new Map<string, SignedFile>();
  #bytes = 0;

  recall(readAs: string, sha256: string): SignedFile | undefined {
    const key = `${readAs} ${sha256}`;
    const file = this.#files.get(key);
    if (file) {
      this.#files.delete(key);
      this.#files.set(key, file);
    }
    return file;
  }

  /** Remembers a file; those that nobody asked for longest make room. */
  note<T extends SignedFile>(readAs: string, file: T): T {
    const key = `${readAs} ${contentHash('sha256', file.raw)}`;
    if (file.raw.length > MAX_BYTES || this.#files.has(key)) return file;
    this.#files.set(key, file);
    this.#bytes += file.raw.length;
    for (const [oldest, { raw }] of this.#files) {
      if (this.#bytes <= MAX_BYTES) break;
      this.#files.delete(oldest);
      this.#bytes -= raw.length;
    }
    return file;
  }
}
