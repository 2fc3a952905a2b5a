import { AssayError } from './error.ts';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo' | 'other';

export interface TarEntry {
  /** Without leading slash, `.` and trailing slash; empty for the root itself. */
  readonly path: string;
  readonly type: TarEntryType;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of links: the target as written. */
  readonly linkTarget: string;
}

export interface TarLimits {
  readonly maxEntries: number;
  readonly maxPathBytes: number;
  /** Bytes of one extended header (pax or GNU long name). */
  readonly maxHeaderBytes: number;
}

export interface TarSink {
  /** Called for each entry; true asks for its bytes. */
  entry(entry: TarEntry): boolean;
  /** A piece of the bytes asked for; it is only valid during the call. */
  data(chunk: Uint8Array): void;
  /** All bytes asked for have come. */
  end(): void;
  /** An entry was left out, for this reason. */
  refused(path: string, reason: string): void;
}

const BLOCK = 512;
const decoder = new TextDecoder('utf-8');
const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

/**
 * Reads a tar stream (POSIX.1-2017 pax and ustar, GNU long names, base-256 numbers) as it comes, synchronously and with
 * one buffer of a header. Throws `content-malformed` where the stream cannot be followed further and
 * `content-budget-exceeded` over a limit; single entries with a hostile path are refused and skipped.
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #limits: TarLimits;
  readonly #header = new Uint8Array(BLOCK);
  #filled = 0;
  #entries = 0;
  #remaining = 0;
  #padding = 0;
  #wanted = false;
  #extended: { kind: string; chunks: Uint8Array[] } | undefined;
  #pending = new Map<string, string>();
  #global = new Map<string, string>();
  #zeroBlocks = 0;
  #ended = false;

  constructor(sink: TarSink, limits: TarLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  get entries(): number {
    return this.#entries;
  }

  write(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#remaining > 0) at = this.#takeData(chunk, at);
      else if (this.#padding > 0) {
        const count = Math.min(this.#padding, chunk.length - at);
        this.#padding -= count;
        at += count;
      } else at = this.#takeHeader(chunk, at);
    }
  }

  /** Call at the end of the stream; a missing end-of-archive mark is accepted, as by other readers. */
  end(): void {
    if (this.#remaining > 0 || this.#filled > 0)
      throw new AssayError('content-malformed', 'the tar stream ends within an entry');
  }

  #takeData(chunk: Uint8Array, at: number): number {
    const count = Math.min(this.#remaining, chunk.length - at);
    if (this.#wanted || this.#extended) {
      const piece = chunk.subarray(at, at + count);
      if (this.#extended) this.#extended.chunks.push(piece.slice());
      else this.#sink.data(piece);
    }
    this.#remaining -= count;
    if (this.#remaining === 0) this.#finishEntry();
    return at + count;
  }

  #finishEntry(): void {
    if (this.#extended) this.#readExtended(this.#extended);
    else if (this.#wanted) this.#sink.end();
    this.#extended = undefined;
    this.#wanted = false;
  }

  #takeHeader(chunk: Uint8Array, at: number): number {
    if (this.#filled === 0 && chunk.length - at >= BLOCK) {
      this.#readHeader(chunk.subarray(at, at + BLOCK));
      return at + BLOCK;
    }
    const count = Math.min(BLOCK - this.#filled, chunk.length - at);
    this.#header.set(chunk.subarray(at, at + count), this.#filled);
    this.#filled += count;
    if (this.#filled === BLOCK) {
      this.#filled = 0;
      this.#readHeader(this.#header);
    }
    return at + count;
  }

  #readHeader(block: Uint8Array): void {
    if (isZero(block)) {
      if (++this.#zeroBlocks === 2) this.#ended = true;
      return;
    }
    this.#zeroBlocks = 0;
    checkSum(block);
    if (++this.#entries > this.#limits.maxEntries)
      throw new AssayError('content-budget-exceeded', `more than ${this.#limits.maxEntries} entries`);
    const flag = String.fromCharCode(block[156]!);
    const size = readNumber(block, 124, 12);
    if (flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K') {
      if (size > this.#limits.maxHeaderBytes)
        throw new AssayError(
          'content-budget-exceeded',
          `an extended header has ${size} bytes; at most ${this.#limits.maxHeaderBytes} are read`,
        );
      this.#extended = { kind: flag, chunks: [] };
      this.#expect(size);
      return;
    }
    this.#readEntry(block, flag, size);
  }

  #readEntry(block: Uint8Array, flag: string, headerSize: number): void {
    const extended = new Map([...this.#global, ...this.#pending]);
    this.#pending = new Map();
    const type = TYPES[flag] ?? 'other';
    const size = extended.has('size') ? paxNumber(extended.get('size')) : headerSize;
    const raw = extended.get('path') ?? ustarPath(block);
    const path = cleanPath(raw);
    const content = type === 'file' || type === 'other' ? size : 0;
    if (path === undefined || raw.length > this.#limits.maxPathBytes) {
      this.#sink.refused(raw.slice(0, 200), path === undefined ? 'the path leaves the image' : 'the path is too long');
      this.#wanted = false;
    } else {
      const entry: TarEntry = {
        path,
        type: type === 'file' && raw.endsWith('/') ? 'directory' : type,
        size: content,
        mode: readNumber(block, 100, 8) & 0o7777,
        uid: extended.has('uid') ? paxNumber(extended.get('uid')) : readNumber(block, 108, 8),
        gid: extended.has('gid') ? paxNumber(extended.get('gid')) : readNumber(block, 116, 8),
        mtime: readNumber(block, 136, 12),
        linkTarget: extended.get('linkpath') ?? text(block, 157, 100),
      };
      this.#wanted = this.#sink.entry(entry);
    }
    this.#expect(content);
  }

  #expect(size: number): void {
    this.#remaining = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (size === 0) this.#finishEntry();
  }

  #readExtended(header: { kind: string; chunks: Uint8Array[] }): void {
    const bytes = Buffer.concat(header.chunks);
    if (header.kind === 'L') this.#pending.set('path', untilZero(bytes));
    else if (header.kind === 'K') this.#pending.set('linkpath', untilZero(bytes));
    else readPax(bytes, header.kind === 'g' ? this.#global : this.#pending);
  }
}

function isZero(block: Uint8Array): boolean {
  for (let at = 0; at < BLOCK; at++) if (block[at] !== 0) return false;
  return true;
}

/** The sum of all bytes with the field itself as spaces; some old writers summed signed bytes. */
function checkSum(block: Uint8Array): void {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at]!;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const wanted = readNumber(block, 148, 8);
  if (wanted !== unsigned && wanted !== signed)
    throw new AssayError('content-malformed', 'not a tar stream: a header has a wrong checksum');
}

function readNumber(block: Uint8Array, start: number, length: number): number {
  const first = block[start]!;
  if (first & 0x80) {
    if (first === 0xff) throw new AssayError('content-malformed', 'a number in a tar header is negative');
    let value = first & 0x3f;
    for (let at = start + 1; at < start + length; at++) {
      value = value * 256 + block[at]!;
      if (value > Number.MAX_SAFE_INTEGER)
        throw new AssayError('content-malformed', 'a number in a tar header is too large');
    }
    return value;
  }
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const byte = block[at]!;
    if (byte === 0x20 && value === 0) continue;
    if (byte < 0x30 || byte > 0x37) break;
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

function paxNumber(value: string | undefined): number {
  const number = Number(value);
  if (!Number.isSafeInteger(Math.floor(number)) || number < 0)
    throw new AssayError('content-malformed', 'a number in a pax header is not valid');
  return Math.floor(number);
}

function text(block: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && block[end] !== 0) end++;
  return decoder.decode(block.subarray(start, end));
}

function ustarPath(block: Uint8Array): string {
  const name = text(block, 0, 100);
  if (text(block, 257, 5) !== 'ustar' || block[262] === 0x20) return name;
  const prefix = text(block, 345, 155);
  return prefix ? `${prefix}/${name}` : name;
}

function untilZero(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return decoder.decode(zero < 0 ? bytes : bytes.subarray(0, zero));
}

/** Records `length key=value\n`; the length counts itself (POSIX.1-2017 pax, "pax Extended Header"). */
function readPax(bytes: Uint8Array, into: Map<string, string>): void {
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(decoder.decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length)
      throw new AssayError('content-malformed', 'a pax header has a wrong length');
    const record = bytes.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(0x3d);
    if (equals > 0) into.set(decoder.decode(record.subarray(0, equals)), decoder.decode(record.subarray(equals + 1)));
    at += length;
  }
}

/** A path inside the image, or none when it would leave it. */
export function cleanPath(raw: string): string | undefined {
  if (raw.includes('\0')) return undefined;
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') return undefined;
    parts.push(part);
  }
  return parts.join('/');
}
