import { dirname } from 'node:path';
import type { FileSystem, OpenFile } from '../src/adapters/fs/file-system.ts';

interface Inode {
  /** What programs read. */
  bytes: Buffer;
  /** What a loss of power leaves. */
  durable: Buffer;
}

/** Thrown by everything once the power is off. */
export class PowerLoss extends Error {}

/**
 * A disk that keeps nothing it was not told to keep: bytes last when their file was synced, names when their directory
 * was. `failAfter` calls the power goes; `survivors` is the disk that comes back.
 */
export class ForgetfulDisk implements FileSystem {
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  readonly #folders = new Set<string>(['/']);
  #left: number;

  constructor(failAfter = Number.POSITIVE_INFINITY) {
    this.#left = failAfter;
  }

  /** The power goes after so many more calls. */
  failAfter(calls: number): void {
    this.#left = calls;
  }

  survivors(): ForgetfulDisk {
    const disk = new ForgetfulDisk();
    for (const folder of this.#folders) disk.#folders.add(folder);
    for (const [path, inode] of this.#durableNames) {
      const kept = { bytes: Buffer.from(inode.durable), durable: Buffer.from(inode.durable) };
      disk.#names.set(path, kept);
      disk.#durableNames.set(path, kept);
    }
    return disk;
  }

  #call(): void {
    if (this.#left-- <= 0) throw new PowerLoss('the power is off');
  }

  async open(path: string, flags: string | number): Promise<OpenFile> {
    this.#call();
    if (this.#folders.has(path)) return this.#openFolder(path);
    let inode = this.#names.get(path);
    if (!inode && flags === 'r') throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    if (!inode) {
      inode = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0) };
      this.#names.set(path, inode);
    }
    return this.#openFile(inode);
  }

  #openFolder(path: string): OpenFile {
    const none = () => Promise.reject(new Error('a folder'));
    return {
      stat: none,
      read: none,
      writev: none,
      datasync: none,
      sync: async () => {
        this.#call();
        for (const name of this.#durableNames.keys()) if (dirname(name) === path) this.#durableNames.delete(name);
        for (const [name, inode] of this.#names) if (dirname(name) === path) this.#durableNames.set(name, inode);
      },
      close: () => Promise.resolve(),
    };
  }

  #openFile(inode: Inode): OpenFile {
    const sync = async () => {
      this.#call();
      inode.durable = Buffer.from(inode.bytes);
    };
    return {
      stat: async () => ({ size: inode.bytes.length }),
      read: async (into, offset, length, position) => {
        this.#call();
        return { bytesRead: inode.bytes.copy(into, offset, position, position + length) };
      },
      writev: async (chunks) => {
        this.#call();
        const all = Buffer.concat(chunks);
        // Now and then the system takes only a part (writev(2), "partial write").
        const taken = all.length > 4096 ? all.subarray(0, all.length - 1000) : all;
        inode.bytes = Buffer.concat([inode.bytes, taken]);
        return { bytesWritten: taken.length };
      },
      datasync: sync,
      sync,
      close: () => Promise.resolve(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    this.#call();
    const inode = this.#names.get(from);
    if (!inode) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    this.#names.delete(from);
    this.#names.set(to, inode);
  }

  async unlink(path: string): Promise<void> {
    this.#call();
    if (!this.#names.delete(path)) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  }

  async mkdir(path: string): Promise<void> {
    for (let each = path; each !== '/'; each = dirname(each)) this.#folders.add(each);
  }

  async readdir(path: string): Promise<string[]> {
    const inside = [...this.#names.keys(), ...this.#folders].filter((each) => each !== '/' && dirname(each) === path);
    return inside.map((each) => each.slice(path.length + 1));
  }

  async stat(path: string): Promise<{ size: number; mtimeMs: number; ctimeMs: number }> {
    const inode = this.#names.get(path);
    if (!inode) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return { size: inode.bytes.length, mtimeMs: 0, ctimeMs: 0 };
  }
}
