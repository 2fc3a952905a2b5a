import { type FileHandle, open } from 'node:fs/promises';
import { AssayError, systemCode } from '../../lib/error.ts';

const CHUNK = 512 * 1024;

/** Opens a file that a person named; a failure is told in one line. */
export async function openNamed(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, 'r');
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw new AssayError('input-invalid', `${path} is a folder, not a file`);
    }
    return file;
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): AssayError {
  const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : (systemCode(error) ?? 'it cannot be read');
  return new AssayError('input-invalid', `cannot read ${path}: ${reason}`, { cause: error });
}

/** A part of an open file, in pieces that are not used again. */
export async function* sliceOf(file: FileHandle, start: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, size - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, start + at);
    if (bytesRead === 0) throw new AssayError('content-malformed', 'the file ends within a part that it announces');
    at += bytesRead;
    yield bytesRead === chunk.length ? chunk : chunk.subarray(0, bytesRead);
  }
}
