import { createWriteStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AssayError, storageError } from '../../lib/error.ts';
import { openNamed, sliceOf } from './file-bytes.ts';
import { removedOnSignal } from './leftovers.ts';
import { type FileTree, openTarFiles } from './tar-files.ts';

/** Bytes that a compressed archive may unpack to, and that an engine may send. */
const MAX_SPOOLED = 64 * 1024 ** 3;

/** The tar files of an archive; a compressed one is unpacked beside other temporary files first. */
export async function openArchive(path: string): Promise<FileTree> {
  const file = await openNamed(path);
  try {
    const head = Buffer.alloc(4);
    await file.read(head, 0, 4, 0);
    const decompress =
      head[0] === 0x1f && head[1] === 0x8b
        ? createGunzip({ chunkSize: 256 * 1024 })
        : head.readUInt32LE(0) === 0xfd2fb528
          ? createZstdDecompress({ chunkSize: 256 * 1024 })
          : undefined;
    if (!decompress) return await openTarFiles(file);
    const { size } = await file.stat();
    const source = sliceOf(file, 0, size);
    async function* unpacked(): AsyncGenerator<Uint8Array> {
      const fed = pipeline(source, decompress!);
      fed.catch(() => undefined);
      yield* decompress!;
      await fed;
    }
    const tree = await openSpooled(unpacked(), path);
    await file.close();
    return tree;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

/** A stream kept in a temporary file, since the parts of an archive are not in the order in which they are needed. */
export async function openSpooled(bytes: AsyncIterable<Uint8Array>, shown: string): Promise<FileTree> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-archive-'));
  const leftover = removedOnSignal(folder);
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    leftover[Symbol.dispose]();
  };
  let file: FileHandle | undefined;
  try {
    const path = join(folder, 'archive.tar');
    await pipeline(limited(bytes, shown), createWriteStream(path, { mode: 0o600, highWaterMark: 1024 * 1024 }));
    file = await open(path, 'r');
    const tree = await openTarFiles(file);
    return {
      size: tree.size,
      open: tree.open,
      async [Symbol.asyncDispose]() {
        await tree[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await file?.close().catch(() => undefined);
    await remove();
    if (error instanceof AssayError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^(?:Z_|ZSTD_|ERR_ZSTD)/.test(code))
      throw new AssayError('content-malformed', `${shown} cannot be unpacked: ${(error as Error).message}`, {
        cause: error,
      });
    throw storageError(error, `unpacking ${shown}`);
  }
}

async function* limited(bytes: AsyncIterable<Uint8Array>, shown: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > MAX_SPOOLED)
      throw new AssayError('content-budget-exceeded', `${shown} unpacks to more than ${MAX_SPOOLED} bytes`);
    yield chunk;
  }
}
