import type { TarEntry } from '../../lib/tar.ts';
import type { FileSummary } from '../inventory/package.ts';

const LARGEST = 50;

/** Counts the regular files of a layer and keeps the largest, for "what did this layer add?". */
export class FileTally {
  #count = 0;
  #bytes = 0;
  #smallest = 0;
  #largest: { path: string; size: number }[] = [];

  add(entry: TarEntry): void {
    if (entry.type !== 'file') return;
    this.#count++;
    this.#bytes += entry.size;
    if (this.#largest.length >= LARGEST && entry.size <= this.#smallest) return;
    this.#largest.push({ path: entry.path, size: entry.size });
    if (this.#largest.length >= LARGEST * 2) this.#cut();
  }

  summary(): FileSummary {
    this.#cut();
    return { count: this.#count, bytes: this.#bytes, largest: this.#largest };
  }

  #cut(): void {
    this.#largest = this.#largest.sort((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1)).slice(0, LARGEST);
    this.#smallest = this.#largest.length < LARGEST ? 0 : (this.#largest.at(-1)?.size ?? 0);
  }
}
