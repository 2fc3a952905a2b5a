import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openBackupFolder } from '../adapters/fs/backup-folder.ts';
import { openFileBlobStore } from '../adapters/fs/blob-store.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import type { BackupFolder } from '../ports/backup.ts';
import { type BackupProgress, restoreBlobs, restoreFiles } from '../work/registry/backup.ts';
import { fsck } from '../work/registry/fsck.ts';
import { blobFiles, blobPath, openBackupSource, removeOldScratch } from './backup-source.ts';
import { loadConfig } from './config.ts';
import type { SettingName } from './settings.ts';
import { openDataDirectory } from './data-directory.ts';
import { DATABASE_FILE, openDatabase } from './open-database.ts';
import { packageRoot, packageVersion } from './root.ts';
import type { LocalHouse } from '../cli/command.ts';

export { openBackupFolder };

type Flags = { config?: string } & Partial<Record<SettingName, unknown>>;

/** Takes the data directory of a server that does not run; where one runs, tells its address instead. */
export async function openStopped(flags: Flags, environment: NodeJS.ProcessEnv): Promise<LocalHouse | { url: string }> {
  const { config } = loadConfig(environment, flags);
  const directory = resolve(config.dataDirectory);
  if (config.database === undefined && !existsSync(join(directory, DATABASE_FILE)))
    throw new AssayError('input-invalid', `there is no data of Assay in ${directory}; name it with --data-directory`);
  const stack = new AsyncDisposableStack();
  try {
    const data = stack.use(openDataDirectory(directory));
    await removeOldScratch(data.path);
    const now = systemClock.now();
    const blobs = stack.adopt(await openFileBlobStore(data.path), (each) => each.close());
    const database = stack.adopt(await openDatabase(config, data.path, now), (each) => each.close());
    const moved = stack.move();
    return {
      fsck: (options) => fsck({ database, blobs, clock: systemClock }, { ...options, quietBefore: now }),
      backup: () =>
        openBackupSource({
          directory: data.path,
          database,
          blobs,
          hold: () => ({ [Symbol.dispose]: () => undefined }),
          version: packageVersion(packageRoot()),
          now: systemClock.now(),
        }),
      [Symbol.asyncDispose]: () => moved.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    if (isAssayError(error, 'data-locked')) return { url: `http://${config.listen}` };
    throw error;
  }
}

/** Makes a data directory out of a backup; returns its path and what was brought back. */
export async function restore(
  from: BackupFolder,
  flags: Flags,
  environment: NodeJS.ProcessEnv,
  progress: BackupProgress,
): Promise<{ directory: string; createdAt: string; files: number; bytes: number }> {
  const { config } = loadConfig(environment, flags);
  if (config.database !== undefined)
    throw new AssayError(
      'unsupported',
      'a backup is restored into the embedded database; take out the setting database',
    );
  const directory = resolve(config.dataDirectory);
  using data = openDataDirectory(directory);
  const target = await openBackupFolder(data.path, ['lock']);
  const catalogue = await restoreFiles(from, target);
  const sizeOf = async (key: Parameters<typeof blobPath>[0]) => (await from.size(blobPath(key))) ?? 0;
  const files = blobFiles(join(data.path, DATABASE_FILE), sizeOf, systemClock.now());
  const restored = await restoreBlobs(from, target, files, progress);
  return { directory, createdAt: catalogue.createdAt, ...restored };
}
