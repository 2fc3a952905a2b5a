import type { ServerResponse } from 'node:http';
import { AssayError } from '../../lib/error.ts';
import type { BlobReader } from '../../ports/blob-store.ts';

const BUFFER = 512 * 1024;
const SMALL = 64 * 1024;
const pool: Buffer[] = [];
const MAX_POOLED = 16;

/**
 * Sends bytes `first` to `last` with two buffers, reading the next piece while the one before is being written. A buffer
 * is used again only after its write callback, when the system has taken the bytes.
 */
export async function sendBlob(
  response: ServerResponse,
  reader: BlobReader,
  first: number,
  last: number,
): Promise<void> {
  const length = last - first + 1;
  if (length <= 0) {
    response.end();
    return;
  }
  if (length <= SMALL) {
    const bytes = Buffer.allocUnsafe(length);
    await fill(reader, bytes, first);
    response.end(bytes);
    return;
  }
  const buffers = [pool.pop() ?? Buffer.allocUnsafeSlow(BUFFER), pool.pop() ?? Buffer.allocUnsafeSlow(BUFFER)];
  const closed = new Promise<'closed'>((resolve) => response.once('close', () => resolve('closed')));
  const written: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  for (let at = first, turn = 0; at <= last; turn ^= 1) {
    if ((await Promise.race([written[turn], closed])) === 'closed') return;
    const piece = buffers[turn]!.subarray(0, Math.min(BUFFER, last - at + 1));
    await fill(reader, piece, at);
    at += piece.length;
    written[turn] = new Promise((resolve) => response.write(piece, resolve));
  }
  if ((await Promise.race([Promise.all(written), closed])) === 'closed') return;
  for (const buffer of buffers) if (pool.length < MAX_POOLED) pool.push(buffer);
  response.end();
}

async function fill(reader: BlobReader, into: Buffer, position: number): Promise<void> {
  for (let filled = 0; filled < into.length; ) {
    const count = await reader.read(filled === 0 ? into : into.subarray(filled), position + filled);
    if (count === 0) throw new AssayError('blob-damaged', 'the stored blob ends early; run assay fsck');
    filled += count;
  }
}

/** The bytes a Range header asks for (RFC 9110 section 14.2), or undefined when all are; throws `range-unsatisfiable`. */
export function readRange(header: string | undefined, size: number): { first: number; last: number } | undefined {
  const match = header && /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const unsatisfiable = () =>
    new AssayError('range-unsatisfiable', `the range ${header} lies outside the ${size} bytes`, { detail: { size } });
  if (match[1] === '') {
    const count = Number(match[2]);
    if (count === 0 || size === 0) throw unsatisfiable();
    return { first: Math.max(0, size - count), last: size - 1 };
  }
  const first = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (first >= size || last < first) throw unsatisfiable();
  return { first, last };
}
