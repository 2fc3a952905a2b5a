import { existsSync } from 'node:fs';
import { link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openBackupFolder } from '../adapters/fs/backup-folder.ts';
import { KEY_BOOK } from '../adapters/signer/key-book.ts';
import { openSqlite } from '../adapters/sqlite/database.ts';
import { AssayError, storageError } from '../lib/error.ts';
import type { BackupFile, BackupSource } from '../ports/backup.ts';
import { type BlobStore, bytesOf, type StorageKey } from '../ports/blob-store.ts';
import type { Database } from '../ports/database.ts';
import { DATABASE_FILE } from './open-database.ts';

const PAGE = 1000;
const SCRATCH = 'backup-';

/**
 * The state of this moment: removal of files is held, the database is copied aside while changes go on, and what the
 * copy names is read from the store, where bytes never change.
 */
export async function openBackupSource(parts: {
  directory: string;
  database: Database;
  blobs: BlobStore;
  hold: () => Disposable;
  version: string;
  now: number;
}): Promise<BackupSource> {
  const { directory, database, blobs, version, now } = parts;
  if (!database.snapshot)
    throw new AssayError('unsupported', 'a PostgreSQL database is backed up with its own tools (pg_dump)');
  const stack = new AsyncDisposableStack();
  try {
    stack.use(parts.hold());
    const scratch = join(directory, `${SCRATCH}${now}`);
    stack.defer(() => rm(scratch, { recursive: true, force: true }));
    await mkdir(join(scratch, 'advisories'), { recursive: true, mode: 0o700 });
    // Links keep the files of this moment when a newer feed replaces them.
    const advisories = join(directory, 'advisories');
    if (existsSync(advisories))
      for (const name of await readdir(advisories))
        if (/^[^.].*\.(?:sqlite|json)$/.test(name))
          await link(join(advisories, name), join(scratch, 'advisories', name));
    await database.snapshot(join(scratch, DATABASE_FILE));
    // After the database: what it holds was signed with versions that the copy of the keys knows of.
    const sealedKeys = await copySealedKeys(directory, scratch);
    const folder = await openBackupFolder(scratch);
    const moved = stack.move();
    return {
      createdAt: now,
      version,
      async *files() {
        yield* blobFiles(join(scratch, DATABASE_FILE), (key) => storedSize(blobs, key), now);
        for (const name of await readdir(join(scratch, 'advisories')))
          yield await scratchFile(scratch, `advisories/${name}`);
        if (sealedKeys) yield await scratchFile(scratch, `signer/${KEY_BOOK}`);
        yield await scratchFile(scratch, DATABASE_FILE);
      },
      read: (file) => (file.path.startsWith('blobs/') ? readBlob(blobs, file.path) : folder.read(file.path)),
      [Symbol.asyncDispose]: () => moved.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw storageError(error, 'preparing the backup');
  }
}

/**
 * The sealed keys of the embedded signing service, as of this moment; the store key that opens them is never copied. False
 * when there are none here, as with a signing service elsewhere.
 */
async function copySealedKeys(directory: string, scratch: string): Promise<boolean> {
  const path = join(directory, 'signer', KEY_BOOK);
  if (!existsSync(path)) return false;
  await mkdir(join(scratch, 'signer'), { mode: 0o700 });
  using keys = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  keys.prepare('vacuum into ?').run(join(scratch, 'signer', KEY_BOOK));
  return true;
}

/** Copies that a process which died has left in the data directory. */
export async function removeOldScratch(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (name.startsWith(SCRATCH)) await rm(join(directory, name), { recursive: true, force: true });
}

/** Every blob and artefact that a database names, as files of a data directory. */
export async function* blobFiles(
  path: string,
  sizeOf: (key: StorageKey) => Promise<number>,
  now: number,
): AsyncGenerator<BackupFile> {
  const database = await openSqlite(path, now);
  try {
    const { registry, upkeep } = database.records;
    for (let after: string | undefined; ; ) {
      const page = await registry.blobs({ after, limit: PAGE });
      for (const blob of page) yield { path: blobPath(blob.storageKey), size: blob.size, digest: blob.digest };
      if (page.length < PAGE) break;
      after = page.at(-1)?.digest;
    }
    for (let after: string | undefined; ; ) {
      const page = await upkeep.artefacts({ after, limit: PAGE });
      for (const { storageKey } of page)
        yield { path: blobPath(storageKey), size: await sizeOf(storageKey), digest: undefined };
      if (page.length < PAGE) break;
      after = page.at(-1)?.storageKey;
    }
  } finally {
    await database.close();
  }
}

async function storedSize(blobs: BlobStore, key: StorageKey): Promise<number> {
  await using reader = await blobs.open(key);
  return reader.size;
}

export function blobPath(key: StorageKey): string {
  return `blobs/${key.slice(-2)}/${key}`;
}

async function* readBlob(blobs: BlobStore, path: string): AsyncGenerator<Uint8Array> {
  await using reader = await blobs.open((path.split('/').at(-1) ?? '') as StorageKey);
  yield* bytesOf(reader);
}

async function scratchFile(scratch: string, path: string): Promise<BackupFile> {
  return { path, size: (await stat(join(scratch, path))).size, digest: undefined };
}
