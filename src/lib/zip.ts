import { inflateRawSync } from 'node:zlib';
import { AssayError, systemCode } from './error.ts';

export interface ZipLimits {
  readonly maxEntries: number;
  /** Unpacked bytes of one entry. */
  readonly maxEntryBytes: number;
  /** Unpacked bytes of all entries that are read. */
  readonly maxTotalBytes: number;
  /** Unpacked to packed bytes of one entry, above one megabyte. */
  readonly maxRatio: number;
}

export interface ZipEntry {
  readonly name: string;
  /** As the directory claims; not believed. */
  readonly size: number;
  readonly directory: boolean;
  /** Unpacks the entry within the limits. */
  read(): Uint8Array;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const LOCATOR = 0x07064b50;
const RECORD = 0x06064b50;
const LOCATOR_BYTES = 20;
const RECORD_BYTES = 56;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const decoder = new TextDecoder();

/**
 * Entries of a zip archive held in memory, by its central directory (APPNOTE.TXT 6.3, section 4.3), stored and deflated.
 * Archives with bytes before the first entry are read; of zip64 only the larger directory, which many entries need.
 */
export function* zipEntries(bytes: Uint8Array, limits: ZipLimits): Generator<ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw malformed('no directory at its end');
  const { count, size, offset, end: stop } = directoryOf(view, end);
  const start = stop - size;
  const prefix = start - offset;
  if (start < 0 || prefix < 0) throw malformed('place of the directory');
  let total = 0;
  let seen = 0;
  // The count has 16 bits and is taken modulo 65,536 by writers of larger archives: the directory itself is walked.
  for (let at = start; at + CENTRAL_BYTES <= stop && view.getUint32(at, true) === CENTRAL; ) {
    if (++seen > limits.maxEntries)
      throw new AssayError('content-budget-exceeded', `the archive has more than ${limits.maxEntries} entries`);
    const entry = at;
    const nameBytes = view.getUint16(at + 28, true);
    at += CENTRAL_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (at > stop) throw malformed('an entry of the directory');
    const name = decoder.decode(bytes.subarray(entry + CENTRAL_BYTES, entry + CENTRAL_BYTES + nameBytes));
    yield {
      name,
      size: view.getUint32(entry + 24, true),
      directory: name.endsWith('/'),
      read() {
        const content = unpack(bytes, view, entry, prefix, limits);
        total += content.length;
        if (total > limits.maxTotalBytes)
          throw new AssayError(
            'content-budget-exceeded',
            `the archive unpacks to more than ${limits.maxTotalBytes} bytes`,
          );
        return content;
      },
    };
  }
  if (seen === 0 && count > 0) throw malformed('the directory is empty');
}

function findEnd(view: DataView): number | undefined {
  const last = Math.max(0, view.byteLength - END_BYTES - 65_535);
  for (let at = view.byteLength - END_BYTES; at >= last; at--) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

/** Size and place of the directory; where they do not fit, the zip64 record before the end has them (4.3.14, 4.3.15). */
function directoryOf(view: DataView, end: number): { count: number; size: number; offset: number; end: number } {
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (count !== 0xffff && size !== 0xffffffff && offset !== 0xffffffff) return { count, size, offset, end };
  const locator = end - LOCATOR_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR) return { count, size, offset, end };
  const record = Number(view.getBigUint64(locator + 8, true));
  if (record + RECORD_BYTES > locator || view.getUint32(record, true) !== RECORD) throw malformed('zip64 directory');
  return {
    count: Number(view.getBigUint64(record + 32, true)),
    size: Number(view.getBigUint64(record + 40, true)),
    offset: Number(view.getBigUint64(record + 48, true)),
    end: record,
  };
}

function unpack(bytes: Uint8Array, view: DataView, entry: number, prefix: number, limits: ZipLimits): Uint8Array {
  const flags = view.getUint16(entry + 8, true);
  const method = view.getUint16(entry + 10, true);
  const packed = view.getUint32(entry + 20, true);
  const local = view.getUint32(entry + 42, true) + prefix;
  if ((flags & 1) !== 0) throw new AssayError('unsupported', 'the entry is encrypted');
  if (local + LOCAL_BYTES > bytes.length || view.getUint32(local, true) !== LOCAL) throw malformed('place of an entry');
  const from = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (from + packed > bytes.length) throw malformed('size of an entry');
  const content = bytes.subarray(from, from + packed);
  if (method === 0) {
    if (content.length > limits.maxEntryBytes) throw tooLarge(limits.maxEntryBytes);
    return content;
  }
  if (method !== 8) throw new AssayError('unsupported', `compression method ${method} is not read`);
  const most = Math.min(limits.maxEntryBytes, Math.max(1024 * 1024, packed * limits.maxRatio));
  try {
    return inflateRawSync(content, { maxOutputLength: most });
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw new AssayError('content-malformed', 'an entry of the archive cannot be unpacked', { cause: error });
  }
}

function tooLarge(bytes: number): AssayError {
  return new AssayError('content-budget-exceeded', `an entry of the archive unpacks to more than ${bytes} bytes`);
}

function malformed(what: string): AssayError {
  return new AssayError('content-malformed', `the zip archive is damaged: ${what}`);
}
