import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, storageError, systemCode } from '../../lib/error.ts';

const MAX_BYTES = 256 * 1024;
const MAX_FILES = 100_000;

/** A folder of small files that only their owner may read: 0700 and 0600. */
export class PrivateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Names of plain files; none when the folder is not there. */
  async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.path, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .slice(0, MAX_FILES)
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
      throw storageError(error, `reading ${this.path}`);
    }
  }

  /** Text of a file and whether others can read it; none when it is not there. */
  async read(name: string): Promise<{ readonly text: string; readonly exposed: boolean } | undefined> {
    const path = join(this.path, name);
    let file: FileHandle | undefined;
    try {
      // Not blocking: a pipe of that name must not hold the program.
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const { mode, size } = await file.stat();
      if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > MAX_BYTES)
        throw new AssayError('key-invalid', `${path} is not a key file`);
      return { text: await file.readFile('utf8'), exposed: (mode & 0o077) !== 0 };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw storageError(error, `reading ${path}`);
    } finally {
      await file?.close();
    }
  }

  /** Durable before it resolves; a file of that name is replaced whole or not at all. */
  async write(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    const partial = `${path}.${process.pid}.new`;
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      const file = await open(partial, 'wx', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, path);
      await this.#sync();
    } catch (error) {
      await unlink(partial).catch(() => undefined);
      throw storageError(error, `writing ${path}`);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await unlink(join(this.path, name));
      await this.#sync();
    } catch (error) {
      throw storageError(error, `removing ${join(this.path, name)}`);
    }
  }

  async #sync(): Promise<void> {
    const folder = await open(this.path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
