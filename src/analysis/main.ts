import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { LayerReader, layerLimits } from '../content/image/layer-reader.ts';
import { analysers } from '../content/inventory/analysers.ts';
import { toColumns } from '../content/image/file-columns.ts';
import type { HardLink } from '../content/inventory/package.ts';
import { AssayError, isAssayError } from '../lib/error.ts';

/**
 * Entry of the analysis process: on standard input one JSON line with what is asked, then the bytes of one layer; on
 * standard output one JSON line with its inventory. It holds nothing but its pipes and ends after one layer; when its
 * input ends before anything was asked, it ends too.
 */
const CHUNK = 256 * 1024;
/** Unpacking may be some pieces ahead of reading, so that both go on side by side. */
const streaming = { chunkSize: CHUNK, readableHighWaterMark: 4 * CHUNK, writableHighWaterMark: CHUNK };
const MAX_UNCOMPRESSED = 64 * 1024 ** 3;
const MAX_REQUEST = 16 * 1024 ** 2;

interface Answer {
  readonly inventory?: unknown;
  readonly files?: unknown;
  readonly error?: { code: string; message: string };
}

interface Request {
  readonly links?: readonly HardLink[];
}

const hash = createHash('sha256');
let reader: LayerReader | undefined;
let size = 0;

try {
  // Its tables are made before a layer is there, so that a process that waits for one reads it at once.
  void new LayerReader(analysers);
  const input = createReadStream('', { fd: 0, highWaterMark: CHUNK })[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const asked = await readRequest(input);
  if (asked) {
    reader = new LayerReader(analysers, layerLimits, asked.request.links ?? []);
    const broken = await readLayer(asked.rest, input);
    const end = { diffId: `sha256:${hash.digest('hex')}`, uncompressedSize: size, broken };
    const { inventory, files } = reader.finish(end);
    answer({ inventory, files: { columns: toColumns(files.files), cut: files.cut } });
  }
} catch (error) {
  answer({
    error: isAssayError(error)
      ? { code: error.code, message: error.message }
      : { code: 'analysis-failed', message: String(error) },
  });
}

/** The first line, and what came with it of the layer. */
async function readRequest(input: AsyncIterator<Buffer>): Promise<{ request: Request; rest: Buffer } | undefined> {
  let head: Buffer = Buffer.alloc(0);
  for (let next = await input.next(); !next.done; next = await input.next()) {
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const end = head.indexOf(0x0a);
    if (end >= 0)
      return { request: JSON.parse(head.toString('utf8', 0, end)) as Request, rest: head.subarray(end + 1) };
    if (head.length > MAX_REQUEST) throw new AssayError('analysis-failed', 'the request is too long');
  }
  return undefined;
}

function answer(value: Answer): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Feeds the reader; a stream that cannot be read to its end gives the reason back instead of failing. */
async function readLayer(rest: Buffer, chunks: AsyncIterator<Buffer>): Promise<AssayError | undefined> {
  let decompress: Transform | undefined;
  let first = true;
  try {
    let head = rest;
    while (head.length < 4) {
      const next = await chunks.next();
      if (next.done) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    if (head.length === 0) throw new AssayError('content-malformed', 'the layer is empty');
    decompress = decompressorFor(head);
    first = false;
    if (!decompress) {
      take(head);
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) take(next.value);
      return undefined;
    }
    const pump = feed(decompress, head, chunks);
    for await (const chunk of decompress) take(chunk as Buffer);
    await pump;
    return undefined;
  } catch (error) {
    if (isAssayError(error)) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new AssayError(
      'content-malformed',
      `${first ? 'the layer' : 'the compressed stream'} cannot be read: ${message}`,
    );
  }
}

/** Told by magic numbers, not by media type: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1 and its skippable frames. */
function decompressorFor(head: Buffer): Transform | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip(streaming);
  const magic = head.length >= 4 ? head.readUInt32LE(0) : 0;
  if (magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50) return createZstdDecompress(streaming);
  return undefined;
}

async function feed(into: Transform, head: Buffer, rest: AsyncIterator<Buffer>): Promise<void> {
  const closed = new Promise<void>((resolve) => into.once('close', resolve));
  try {
    for (let next: IteratorResult<Buffer> = { done: false, value: head }; !next.done; next = await rest.next()) {
      if (!into.write(next.value))
        await Promise.race([closed, new Promise<void>((resolve) => into.once('drain', resolve))]);
      if (into.destroyed) return;
    }
    into.end();
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function take(chunk: Uint8Array): void {
  size += chunk.length;
  if (size > MAX_UNCOMPRESSED)
    throw new AssayError('content-budget-exceeded', `the layer unpacks to more than ${MAX_UNCOMPRESSED} bytes`);
  hash.update(chunk);
  reader?.write(chunk);
}
