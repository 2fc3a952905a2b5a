import type { FileHandle } from 'node:fs/promises';
import { AssayError } from '../../lib/error.ts';
import { cleanPath, type TarEntry, TarReader } from '../../lib/tar.ts';
import { collectBytes } from '../../oci/verified.ts';
import { sliceOf } from './file-bytes.ts';

/** Files by path inside an image archive or an unpacked one; paths never leave it. */
export interface FileTree extends AsyncDisposable {
  /** Size in bytes, or none when there is no such file. */
  size(path: string): Promise<number | undefined>;
  open(path: string): AsyncIterable<Uint8Array>;
}

/** A whole file of a tree; throws `content-budget-exceeded` over the limit, gives none when it is not there. */
export async function readWhole(tree: FileTree, path: string, limit: number): Promise<Uint8Array | undefined> {
  const size = await tree.size(path);
  if (size === undefined) return undefined;
  if (size > limit)
    throw new AssayError('content-budget-exceeded', `${path} has ${size} bytes; at most ${limit} are read`);
  return collectBytes(tree.open(path), limit, path);
}

interface Place {
  readonly start: number;
  readonly size: number;
}

const BLOCK = 512;
const LIMITS = { maxEntries: 200_000, maxPathBytes: 4096, maxHeaderBytes: 64 * 1024 };
const MAX_LINKS = 8;

/**
 * An index over a tar file: contents are skipped, not read, so that a large archive opens at once. The reader of tar
 * streams does the parsing; it is fed the headers, and zeros in place of the contents, which it does not look at.
 */
export async function openTarFiles(file: FileHandle): Promise<FileTree> {
  const { size: end } = await file.stat();
  const places = new Map<string, Place>();
  const links = new Map<string, string>();
  const seen: { entry: TarEntry | undefined } = { entry: undefined };
  const reader = new TarReader(
    {
      entry(entry) {
        seen.entry = entry;
        return false;
      },
      data: () => undefined,
      end: () => undefined,
      refused: (path, reason) => {
        throw new AssayError('content-malformed', `the archive holds ${JSON.stringify(path.slice(0, 100))}: ${reason}`);
      },
    },
    LIMITS,
  );
  const zeros = new Uint8Array(1024 * 1024);
  const window = new HeaderWindow(file);
  for (let at = 0; at + BLOCK <= end; ) {
    const block = await window.at(at);
    if (block.length < BLOCK) break;
    seen.entry = undefined;
    reader.write(block);
    at += BLOCK;
    const { entry } = seen;
    if (!entry) continue;
    const { path, type, size, linkTarget } = entry as TarEntry;
    if (type === 'file') places.set(path, { start: at, size });
    else if (type === 'symlink') links.set(path, relativeTo(path, linkTarget));
    else if (type === 'hardlink') links.set(path, cleanPath(linkTarget) ?? '');
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (at + size > end) throw new AssayError('content-malformed', `the archive ends within ${path}`);
    for (let fed = 0; fed < padded; fed += zeros.length)
      reader.write(zeros.subarray(0, Math.min(zeros.length, padded - fed)));
    at += padded;
  }
  reader.end();
  if (reader.entries === 0) throw new AssayError('content-malformed', 'the archive is empty or no tar file');
  const find = (path: string): Place | undefined => {
    let name = path;
    for (let hops = 0; hops < MAX_LINKS; hops++) {
      const place = places.get(name);
      if (place) return place;
      const next = links.get(name);
      if (next === undefined) return undefined;
      name = next;
    }
    return undefined;
  };
  return {
    size: async (path) => find(path)?.size,
    async *open(path) {
      const place = find(path);
      if (!place) throw new AssayError('content-malformed', `the archive holds no ${path}`);
      yield* sliceOf(file, place.start, place.size);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** Where a link of `docker save` leads: `../<id>/layer.tar` beside its folder; none that leads out of the archive. */
function relativeTo(path: string, target: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return '';
    } else parts.push(part);
  }
  return parts.join('/');
}

/** Headers of small files stand close together; one read serves many. */
class HeaderWindow {
  readonly #file: FileHandle;
  #bytes = new Uint8Array(0);
  #start = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async at(offset: number): Promise<Uint8Array> {
    const within = offset - this.#start;
    if (within < 0 || within + BLOCK > this.#bytes.length) {
      const bytes = new Uint8Array(16 * 1024);
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, offset);
      this.#bytes = bytes.subarray(0, bytesRead);
      this.#start = offset;
    }
    const from = offset - this.#start;
    return this.#bytes.slice(from, from + BLOCK);
  }
}
