import { constants } from 'node:fs';
import { join } from 'node:path';
import { AssayError, storageError, systemCode } from '../../lib/error.ts';
import type { BlobReader, OpenBlobStore, StagedBlob, StorageKey, StoredFile } from '../../ports/blob-store.ts';
import { type FileSystem, nodeFiles, type OpenFile } from './file-system.ts';
import { SharedSync } from './shared-sync.ts';

/** Bytes are collected up to this size before they are handed to the system in one call. */
const BATCH = 1024 * 1024;
/** After this many bytes the disk is set to work, so that little is left to wait for at the end. */
const WRITE_BACK = 16 * 1024 * 1024;

/**
 * Blob bytes as files: `blobs/<first two digits>/<key>` when published, `uploads/<key>` while they come. Publishing
 * makes data, then name, then directory durable, in this order.
 */
export async function openFileBlobStore(root: string, files: FileSystem = nodeFiles): Promise<OpenBlobStore> {
  await makeDurableDirectories(root, files);
  return new FileBlobStore(root, files);
}

async function makeDurableDirectories(root: string, files: FileSystem): Promise<void> {
  try {
    await files.mkdir(join(root, 'uploads'), { recursive: true, mode: 0o700 });
    const shards = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
    await files.mkdir(join(root, 'blobs'), { recursive: true, mode: 0o700 });
    const present = new Set(await files.readdir(join(root, 'blobs')));
    for (const shard of shards)
      if (!present.has(shard)) await files.mkdir(join(root, 'blobs', shard), { recursive: true, mode: 0o700 });
    if (present.size < shards.length) {
      await syncDirectory(files, join(root, 'blobs'));
      await syncDirectory(files, root);
    }
  } catch (error) {
    throw storageError(error, `preparing ${root}`);
  }
}

async function syncDirectory(files: FileSystem, path: string): Promise<void> {
  const directory = await files.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

class FileBlobStore implements OpenBlobStore {
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #directories = new Map<string, Promise<{ readonly handle: OpenFile; readonly sync: SharedSync }>>();

  constructor(root: string, files: FileSystem) {
    this.#root = root;
    this.#files = files;
  }

  #staged(key: StorageKey): string {
    return join(this.#root, 'uploads', key);
  }

  #shard(key: StorageKey): string {
    return join(this.#root, 'blobs', key.slice(-2));
  }

  #published(key: StorageKey): string {
    return join(this.#shard(key), key);
  }

  async stage(key: StorageKey): Promise<StagedBlob> {
    try {
      const handle = await this.#files.open(this.#staged(key), 'a+', 0o600);
      const { size } = await handle.stat();
      return new StagedFile(handle, size, () => this.#publish(key));
    } catch (error) {
      throw storageError(error, 'starting an upload');
    }
  }

  async #publish(key: StorageKey): Promise<void> {
    await this.#files.rename(this.#staged(key), this.#published(key));
    await this.#syncShard(key);
  }

  /** One open handle a directory; fsync on it makes every rename before it durable, for all who published meanwhile. */
  async #syncShard(key: StorageKey): Promise<void> {
    const path = this.#shard(key);
    let directory = this.#directories.get(path);
    if (!directory) {
      directory = this.#files
        .open(path, constants.O_RDONLY | constants.O_DIRECTORY)
        .then((handle) => ({ handle, sync: new SharedSync(() => handle.sync()) }));
      this.#directories.set(path, directory);
      directory.catch(() => this.#directories.delete(path));
    }
    await (await directory).sync.run();
  }

  async discard(key: StorageKey): Promise<void> {
    await removeFile(this.#files, this.#staged(key));
  }

  async open(key: StorageKey): Promise<BlobReader> {
    let handle: OpenFile;
    try {
      handle = await this.#files.open(this.#published(key), 'r');
    } catch (error) {
      if (systemCode(error) === 'ENOENT')
        throw new AssayError('blob-damaged', 'the bytes of this blob are missing; run assay fsck', { cause: error });
      throw storageError(error, 'reading a blob');
    }
    const { size } = await handle.stat();
    return {
      size,
      async read(into, position) {
        try {
          return (await handle.read(into, 0, into.length, position)).bytesRead;
        } catch (error) {
          throw storageError(error, 'reading a blob');
        }
      },
      [Symbol.asyncDispose]: () => handle.close(),
    };
  }

  async remove(key: StorageKey): Promise<void> {
    await removeFile(this.#files, this.#published(key));
  }

  async close(): Promise<void> {
    const handles = await Promise.allSettled(this.#directories.values());
    this.#directories.clear();
    for (const each of handles) if (each.status === 'fulfilled') await each.value.handle.close();
  }

  async *list(which: 'published' | 'staged'): AsyncGenerator<StoredFile> {
    if (which === 'staged') yield* this.#listFolder(join(this.#root, 'uploads'));
    else
      for (const shard of await this.#files.readdir(join(this.#root, 'blobs')))
        yield* this.#listFolder(join(this.#root, 'blobs', shard));
  }

  async *#listFolder(folder: string): AsyncGenerator<StoredFile> {
    for (const name of await this.#files.readdir(folder)) {
      try {
        const { size, mtimeMs, ctimeMs } = await this.#files.stat(join(folder, name));
        // A rename changes the inode's time only (POSIX rename, "st_ctime").
        yield { key: name as StorageKey, size, modifiedAt: Math.max(mtimeMs, ctimeMs) };
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw storageError(error, 'listing blobs');
      }
    }
  }
}

async function removeFile(files: FileSystem, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, 'removing a file');
  }
}

class StagedFile implements StagedBlob {
  readonly #handle: OpenFile;
  readonly #rename: () => Promise<void>;
  #size: number;
  #batch: Uint8Array[] = [];
  #batched = 0;
  #open = true;
  /** The write under way, while the next batch is gathered. */
  #writing: Promise<void> = Promise.resolve();
  /** The write-back under way: the disk works while the rest still comes. */
  #syncing: Promise<unknown> | undefined;
  #unsynced = 0;
  #lost: AssayError | undefined;

  constructor(handle: OpenFile, size: number, rename: () => Promise<void>) {
    this.#handle = handle;
    this.#size = size;
    this.#rename = rename;
  }

  get size(): number {
    return this.#size;
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.#batch.push(chunk);
    this.#batched += chunk.length;
    this.#size += chunk.length;
    return this.#batched >= BATCH ? this.#advance() : undefined;
  }

  /** Waits for the batch before, then lets this one be written while the caller goes on. */
  async #advance(): Promise<void> {
    await this.#writing;
    this.#writing = this.#writeOut();
    this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    await this.#writeOut();
  }

  async #writeOut(): Promise<void> {
    let batch = this.#batch;
    let wanted = this.#batched;
    this.#unsynced += wanted;
    this.#batch = [];
    this.#batched = 0;
    try {
      while (wanted > 0) {
        const { bytesWritten } = await this.#handle.writev(batch);
        wanted -= bytesWritten;
        if (wanted > 0) batch = [Buffer.concat(batch).subarray(bytesWritten)];
      }
    } catch (error) {
      throw storageError(error, 'storing an upload');
    }
    if (this.#unsynced >= WRITE_BACK && !this.#syncing) this.#startWriteBack();
  }

  /** An early fdatasync. The system tells of a failed write-back once only, so its failure is kept for the end. */
  #startWriteBack(): void {
    this.#unsynced = 0;
    this.#syncing = this.#handle.datasync().then(
      () => {
        this.#syncing = undefined;
      },
      (error: unknown) => {
        this.#lost = storageError(error, 'making a blob durable');
      },
    );
  }

  async settle(): Promise<void> {
    await this.#flush();
    await this.#close();
    if (this.#lost) throw this.#lost;
  }

  async publish(): Promise<void> {
    await this.#flush();
    await this.#syncing;
    if (this.#lost) throw this.#lost;
    try {
      await this.#handle.datasync();
      await this.#close();
      await this.#rename();
    } catch (error) {
      throw storageError(error, 'making a blob durable');
    }
  }

  async *readBack(): AsyncGenerator<Uint8Array> {
    await this.#flush();
    const buffer = new Uint8Array(BATCH);
    for (let at = 0; at < this.#size; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#syncing;
    await this.#handle.close();
  }

  /** What is held back is written if it can be: the client may go on from there. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    try {
      await this.#flush();
    } catch {
      // the offset that the client asks for next tells what was kept
    }
    await this.#close();
  }
}
