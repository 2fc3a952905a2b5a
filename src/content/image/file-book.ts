import { createHash, type Hash, hash } from 'node:crypto';
import type { TarEntry } from '../../lib/tar.ts';
import { byPath, type FileList, type FileType, type ListedFile } from './file-list.ts';

/** Paths of one layer that are kept. */
export const MAX_FILES = 500_000;

/** Writes down every path of a layer with the digest of its bytes, in one pass. */
export class FileBook {
  readonly #files = new Map<string, ListedFile>();
  #cut = false;
  #entry: TarEntry | undefined;
  #hash: Hash | undefined;
  #digest: string | undefined;

  /** True once paths had to be left out. */
  get cut(): boolean {
    return this.#cut;
  }

  whiteout(path: string, type: 'whiteout' | 'opaque'): void {
    this.#keep({ path, type, size: 0, mode: 0, uid: 0, gid: 0 });
  }

  /** Anything but a regular file, whose bytes come by `data` and `end`. */
  entry({ path, type, mode, uid, gid, linkTarget }: TarEntry): void {
    const link = type === 'symlink' || type === 'hardlink' ? { link: linkTarget.slice(0, 4096) } : {};
    this.#keep({ path, type: type satisfies FileType, size: 0, mode, uid, gid, ...link });
  }

  begin(entry: TarEntry): void {
    this.#entry = entry;
    this.#hash = undefined;
    this.#digest = undefined;
  }

  data(chunk: Uint8Array): void {
    const entry = this.#entry;
    if (!entry) return;
    if (!this.#hash && chunk.length === entry.size) this.#digest = hash('sha256', chunk, 'hex');
    else this.#hash = (this.#hash ?? createHash('sha256')).update(chunk);
  }

  end(): void {
    if (!this.#entry) return;
    const { path, size, mode, uid, gid } = this.#entry;
    const sha256 = this.#digest ?? (this.#hash ?? createHash('sha256')).digest('hex');
    this.#keep({ path, type: 'file', size, mode, uid, gid, sha256 });
    this.#entry = undefined;
  }

  list(): FileList {
    return { files: [...this.#files.values()].sort(byPath), cut: this.#cut };
  }

  #keep(file: ListedFile): void {
    if (this.#files.size >= MAX_FILES && !this.#files.has(file.path)) this.#cut = true;
    else this.#files.set(file.path, file);
  }
}
