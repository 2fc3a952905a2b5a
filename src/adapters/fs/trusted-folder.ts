import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError, systemCode } from '../../lib/error.ts';
import type { TrustedFiles } from '../../ports/trusted-files.ts';
import { trustedFileName } from '../../trust/tuf/client/file-names.ts';

/** Trusted metadata as files of one folder: each is written beside its name, made durable and renamed into place. */
export function trustedFolder(folder: string): TrustedFiles {
  const pathOf = (role: string) => join(folder, trustedFileName(role));
  return {
    async load(role) {
      try {
        return await readFile(pathOf(role));
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        throw storageError(error, `reading the trusted ${role} metadata`);
      }
    },
    async keep(role, raw) {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeWhole(pathOf(role), raw);
        await syncFolder(folder);
      } catch (error) {
        throw storageError(error, `keeping the trusted ${role} metadata`);
      }
    },
    async forget(role) {
      try {
        await rm(pathOf(role), { force: true });
        await syncFolder(folder);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw storageError(error, `removing the trusted ${role} metadata`);
      }
    },
  };
}

let written = 0;

/** A reader sees the old file or the new one, never a part; so does whoever comes after a loss of power. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}-${++written}.part`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } catch (error) {
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
  await file.close();
  await rename(beside, path);
}

async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
