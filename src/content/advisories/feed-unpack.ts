import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { unpackBzip2 } from '../../lib/bzip2.ts';
import { TarReader } from '../../lib/tar.ts';
import { unpackXz } from '../../lib/xz.ts';
import { zipEntries, type ZipLimits } from '../../lib/zip.ts';
import type { FeedFile, RefusedRecord } from './feed.ts';

/** Files of a feed that readers look into; licences, indexes and the like in an archive are passed over. */
const WANTED = /\.(?:json|ya?ml|ndjson|jsonl|xml|csv|md|toml|list)$|(?:^|\/)(?:DSA|DLA|DTSA|ELA)\/list$/;
const MAX_ENTRY = 512 * 1024 ** 2;
const MAX_TOTAL = 64 * 1024 ** 3;
/** Bytes of a single compressed file once it is unpacked; archives are read as they come. */
const MAX_WHOLE = 4 * 1024 ** 3;
const ZIP: ZipLimits = { maxEntries: 2_000_000, maxEntryBytes: MAX_ENTRY, maxTotalBytes: MAX_TOTAL, maxRatio: 1000 };
const PACKED = /\.(?:gz|zst|bz2|xz|tgz|tbz2?|txz)$/;
const HEAD_BYTES = 1024 ** 2;
const PIECE = 1024 ** 2;

type Packing = 'zip' | 'gzip' | 'zstd' | 'tar' | 'xz' | 'bzip2' | 'none';

function packingOf(bytes: Uint8Array): Packing {
  const magic = bytes.length >= 6 ? Buffer.from(bytes.buffer, bytes.byteOffset, 6).toString('hex') : '';
  if (magic.startsWith('504b0304') || magic.startsWith('504b0506')) return 'zip';
  if (magic.startsWith('1f8b')) return 'gzip';
  if (magic.startsWith('28b52ffd')) return 'zstd';
  if (magic.startsWith('fd377a585a00')) return 'xz';
  if (magic.startsWith('425a68')) return 'bzip2';
  return bytes.length >= 262 && Buffer.from(bytes.buffer, bytes.byteOffset + 257, 5).toString('latin1') === 'ustar'
    ? 'tar'
    : 'none';
}

/** The files inside a file: of zip and tar archives, packed by gzip, zstd, bzip2 or xz or not. What is no archive is one file. */
export async function* feedFiles(file: FeedFile, refused: RefusedRecord[]): AsyncGenerator<FeedFile> {
  switch (packingOf(file.bytes)) {
    case 'zip':
      for (const entry of zipEntries(file.bytes, ZIP))
        if (!entry.directory && WANTED.test(entry.name)) yield { name: entry.name, bytes: entry.read() };
      return;
    case 'gzip':
    case 'zstd':
    case 'bzip2':
    case 'xz':
      yield* unpackStream(file, refused);
      return;
    case 'tar':
      yield* tarFiles(pieces(file.bytes), refused);
      return;
    case 'none':
      yield file;
  }
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

/** What is in a packed file, piece by piece. */
function unpacked(bytes: Uint8Array): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  const packing = packingOf(bytes);
  if (packing === 'bzip2') return unpackBzip2(bytes, MAX_TOTAL);
  if (packing === 'xz') return unpackXz(bytes, MAX_TOTAL);
  const inflate = packing === 'gzip' ? createGunzip() : createZstdDecompress();
  return pipeline(Readable.from(pieces(bytes)), inflate, () => undefined);
}

/** A compressed tar is read piece by piece; a compressed file of another kind is put together. */
async function* unpackStream(file: FeedFile, refused: RefusedRecord[]): AsyncGenerator<FeedFile> {
  const name = file.name.replace(PACKED, '');
  const source = inTurn(unpacked(file.bytes));
  try {
    const first: Uint8Array[] = [];
    let size = 0;
    let isTar: boolean | undefined;
    for (;;) {
      const next = await source.next();
      if (next.done) break;
      first.push(next.value);
      size += next.value.length;
      if (size > MAX_WHOLE) throw new AssayError('content-budget-exceeded', `${file.name} unpacks to too much`);
      if (isTar === undefined && size >= 512) {
        isTar = packingOf(first.length === 1 ? first[0]! : Buffer.concat(first)) === 'tar';
        if (isTar) {
          yield* tarFiles(rest(first, source), refused);
          return;
        }
      }
    }
    yield { name, bytes: Buffer.concat(first) };
  } catch (cause) {
    if (isAssayError(cause)) throw cause;
    throw new AssayError('advisory-feed-invalid', `${file.name} cannot be unpacked`, { cause });
  } finally {
    await source.return(undefined);
  }
}

async function* inTurn(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function* rest(first: readonly Uint8Array[], source: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* first;
  for (;;) {
    const next = await source.next();
    if (next.done) return;
    yield next.value;
  }
}

async function* tarFiles(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  refused: RefusedRecord[],
): AsyncGenerator<FeedFile> {
  const found: FeedFile[] = [];
  let name = '';
  let parts: Uint8Array[] = [];
  const reader = new TarReader(
    {
      entry: (entry) => {
        if (entry.type !== 'file' || !WANTED.test(entry.path)) return false;
        if (entry.size > MAX_ENTRY) {
          refused.push({ id: entry.path, reason: 'larger than a record may be' });
          return false;
        }
        name = entry.path;
        parts = [];
        return true;
      },
      data: (chunk) => void parts.push(Buffer.from(chunk)),
      end: () => {
        found.push({ name, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts) });
        parts = [];
      },
      refused: (path, reason) => void refused.push({ id: path, reason }),
    },
    { maxEntries: 2_000_000, maxPathBytes: 4096, maxHeaderBytes: 1024 ** 2 },
  );
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield* found.splice(0);
  }
  reader.end();
  yield* found.splice(0);
}

/** How many files of an archive are looked at to tell what it holds; others than records may stand first. */
const MAX_HEADS = 40;

/** The beginnings of the first files inside a file, up to a megabyte packed, for telling what feed it is. */
export function headsOf(file: FeedFile, depth = 3): FeedFile[] {
  const packing = packingOf(file.bytes);
  try {
    if (packing === 'zip') return zipHeads(file.bytes);
    if (packing === 'tar') return tarHeads(file.bytes);
    if ((packing === 'bzip2' || packing === 'xz') && depth > 0) {
      const unpack = packing === 'bzip2' ? unpackBzip2 : unpackXz;
      const bytes = beginningOf(unpack(file.bytes, MAX_TOTAL));
      return headsOf({ name: file.name.replace(PACKED, ''), bytes }, depth - 1);
    }
    if ((packing === 'gzip' || packing === 'zstd') && depth > 0) {
      const packed = file.bytes.subarray(0, HEAD_BYTES);
      const bytes =
        packing === 'gzip'
          ? gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 28 })
          : zstdDecompressSync(packed, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: 1 << 28 });
      return headsOf({ name: file.name.replace(PACKED, ''), bytes }, depth - 1);
    }
  } catch {
    // What cannot be unpacked is recognised by nobody.
    return [];
  }
  return packing === 'none' ? [file] : [];
}

function beginningOf(pieces: Iterable<Uint8Array>): Uint8Array {
  const found: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    found.push(piece);
    size += piece.length;
    if (size > HEAD_BYTES) break;
  }
  return Buffer.concat(found);
}

function zipHeads(bytes: Uint8Array): FeedFile[] {
  const found: FeedFile[] = [];
  for (const entry of zipEntries(bytes, ZIP)) {
    if (!entry.directory && WANTED.test(entry.name)) found.push({ name: entry.name, bytes: entry.read() });
    if (found.length === MAX_HEADS) break;
  }
  return found;
}

function tarHeads(bytes: Uint8Array): FeedFile[] {
  const found: FeedFile[] = [];
  let name = '';
  let parts: Uint8Array[] = [];
  const finish = () => {
    if (name !== '') found.push({ name, bytes: Buffer.concat(parts) });
    name = '';
    parts = [];
  };
  const reader = new TarReader(
    {
      entry: (entry) => {
        if (found.length === MAX_HEADS || entry.type !== 'file' || !WANTED.test(entry.path)) return false;
        name = entry.path;
        return true;
      },
      data: (chunk) => void parts.push(Buffer.from(chunk)),
      end: finish,
      refused: () => undefined,
    },
    { maxEntries: 100_000, maxPathBytes: 4096, maxHeaderBytes: 1024 ** 2 },
  );
  for (const chunk of pieces(bytes.subarray(0, 8 * HEAD_BYTES))) {
    reader.write(chunk);
    if (found.length === MAX_HEADS) break;
  }
  finish();
  return found;
}
