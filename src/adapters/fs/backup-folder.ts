import { constants, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { AssayError, storageError, systemCode } from '../../lib/error.ts';
import type { BackupFolder } from '../../ports/backup.ts';

/** A folder for a backup, or to restore one into; it is made when it is not there. */
export async function openBackupFolder(root: string, ignore: readonly string[] = []): Promise<BackupFolder> {
  const base = resolve(root);
  try {
    await mkdir(base, { recursive: true, mode: 0o700 });
    const present = (await readdir(base)).filter((name) => !ignore.includes(name));
    return new FileBackupFolder(base, present.length === 0);
  } catch (error) {
    throw storageError(error, `opening ${base}`);
  }
}

class FileBackupFolder implements BackupFolder {
  readonly empty: boolean;
  readonly #root: string;

  constructor(root: string, empty: boolean) {
    this.#root = root;
    this.empty = empty;
  }

  /** Names come from a catalogue that somebody may have changed: none leads out of the folder. */
  #path(path: string): string {
    const full = resolve(this.#root, path);
    if (!full.startsWith(this.#root + sep)) throw new AssayError('input-invalid', `${path} leads out of the folder`);
    return full;
  }

  async size(path: string): Promise<number | undefined> {
    try {
      const found = await stat(this.#path(path));
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw storageError(error, `reading ${path}`);
    }
  }

  async write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const full = this.#path(path);
    const partial = `${full}.partial`;
    try {
      await mkdir(dirname(full), { recursive: true, mode: 0o700 });
      const file = await open(partial, 'w', 0o600);
      try {
        for await (const chunk of bytes) await file.writeFile(chunk);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(partial, full);
      await syncFolder(dirname(full));
    } catch (error) {
      await unlink(partial).catch(() => undefined);
      throw storageError(error, `writing ${path}`);
    }
  }

  async *read(path: string): AsyncGenerator<Uint8Array> {
    try {
      const file = await open(this.#path(path), 'r');
      try {
        const buffer = new Uint8Array(512 * 1024);
        for (;;) {
          const { bytesRead } = await file.read(buffer, 0, buffer.length);
          if (bytesRead === 0) return;
          yield buffer.slice(0, bytesRead);
        }
      } finally {
        await file.close();
      }
    } catch (error) {
      throw storageError(error, `reading ${path}`);
    }
  }

  async *list(): AsyncGenerator<string> {
    for (const entry of await readdir(this.#root, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) yield relative(this.#root, join(entry.parentPath, entry.name)).split(sep).join('/');
  }

  async remove(path: string): Promise<void> {
    await unlink(this.#path(path));
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
