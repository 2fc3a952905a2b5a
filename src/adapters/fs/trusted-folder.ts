import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError, systemCode } from '../../lib/error.ts';
import type { TrustedFiles } from '../../ports/trusted-files.ts';
import { trustedFileName } from '../../trust/tuf/client/file-names.ts';

/**
 * Trusted metadata as files of one folder: each is written beside its name, made durable and renamed into place. Of two
 * updates at once the one with the older file does not take the newer one away.
 */
export function trustedFolder(folder: string): TrustedFiles {
  const pathOf = (role: string) => join(folder, trustedFileName(role));
  /** What this update found or left, by role; anything else there is another one's. */
  const own = new Map<string, Buffer | undefined>();
  const read = async (role: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(pathOf(role));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw storageError(error, `reading the trusted ${role} metadata`);
    }
  };
  return {
    async load(role) {
      const raw = await read(role);
      own.set(role, raw);
      return raw;
    },
    async keep(role, raw) {
      const there = await read(role);
      if (there && !own.get(role)?.equals(there) && versionIn(there) > versionIn(raw)) return;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeWhole(pathOf(role), raw);
        await syncFolder(folder);
        own.set(role, Buffer.from(raw));
      } catch (error) {
        throw storageError(error, `keeping the trusted ${role} metadata`);
      }
    },
    async forget(role) {
      try {
        await rm(pathOf(role), { force: true });
        own.delete(role);
        await syncFolder(folder);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw storageError(error, `removing the trusted ${role} metadata`);
      }
    },
  };
}

/** The version that a metadata file gives itself; 0 when it cannot be told. Only files that were verified come here. */
function versionIn(raw: Uint8Array): number {
  try {
    const file = JSON.parse(Buffer.from(raw).toString()) as { signed?: { version?: unknown } };
    return typeof file.signed?.version === 'number' ? file.signed.version : 0;
  } catch {
    return 0;
  }
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
