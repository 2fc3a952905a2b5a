import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AssayError } from './error.ts';
import { Lzma2, xzMalformed } from './lzma2.ts';

const MAX_DICTIONARY = 128 * 1024 ** 2;
const LZMA2 = 0x21;
/** Bytes of a check by its kind; kinds that are not named here are passed over unread. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** CRC-64 of ECMA-182, bits reversed, in two halves of 32 bits. */
const TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  return value;
});
const LOW = Uint32Array.from(TABLE, (value) => Number(value & 0xffffffffn));
const HIGH = Uint32Array.from(TABLE, (value) => Number(value >> 32n));

interface Check {
  update(piece: Uint8Array): void;
  /** The bytes as they stand behind the block. */
  bytes(): Buffer;
}

function checkOf(kind: number): Check | undefined {
  if (kind === 1) {
    let value = 0;
    return { update: (piece) => void (value = crc32(piece, value)), bytes: () => littleEndian([value]) };
  }
  if (kind === 4) {
    let low = 0xffffffff;
    let high = 0xffffffff;
    return {
      update(piece) {
        for (let at = 0; at < piece.length; at++) {
          const index = (low ^ piece[at]!) & 0xff;
          low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
          high = (high >>> 8) ^ HIGH[index]!;
        }
      },
      bytes: () => littleEndian([~low >>> 0, ~high >>> 0]),
    };
  }
  if (kind !== 10) return undefined;
  const hash = createHash('sha256');
  return { update: (piece) => void hash.update(piece), bytes: () => hash.digest() };
}

function littleEndian(words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 4 * at);
  return bytes;
}

/** Reads from the front of a file. */
class Front {
  at = 0;
  readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  take(count: number): Buffer {
    if (this.at + count > this.bytes.length) throw xzMalformed('it ends in the middle');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** A number in groups of seven bits, the lowest first ("Multibyte Integers", 1.2). */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.take(1)[0]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw xzMalformed('a number is too large');
  }

  /** A part that ends with its own CRC-32. */
  checked(from: number): void {
    const until = this.at;
    if (this.take(4).readUInt32LE(0) !== crc32(this.bytes.subarray(from, until)))
      throw xzMalformed('a checksum differs');
  }

  align(from: number): void {
    while ((this.at - from) % 4 !== 0) if (this.take(1)[0] !== 0) throw xzMalformed('padding is not empty');
  }
}

/**
 * Unpacks an .xz file ("The .xz File Format" 1.2.1), one stream or several, piece by piece. Checksums of every part are
 * verified (CRC-32, CRC-64, SHA-256). Throws `content-malformed` for what is none, is damaged or was filtered by
 * anything but LZMA2, and `content-budget-exceeded` beyond `max` bytes.
 */
export function* unpackXz(packed: Uint8Array, max: number): Generator<Uint8Array> {
  const front = new Front(packed);
  let left = max;
  do {
    const start = front.at;
    if (front.take(6).toString('hex') !== 'fd377a585a00') throw xzMalformed('no stream begins here');
    const flags = front.take(2);
    if (flags[0] !== 0 || flags[1]! > 15) throw xzMalformed('unknown flags');
    front.checked(start + 6);
    let blocks = 0;
    for (; front.bytes[front.at] !== 0; blocks++)
      for (const piece of block(front, flags[1]!)) {
        left -= piece.length;
        if (left < 0) throw new AssayError('content-budget-exceeded', `xz: it unpacks to more than ${max} bytes`);
        yield piece;
      }
    index(front, blocks, flags);
    while (front.at + 4 <= front.bytes.length && front.bytes.readUInt32LE(front.at) === 0) front.at += 4;
  } while (front.at < front.bytes.length);
}

function* block(front: Front, kind: number): Generator<Uint8Array> {
  const start = front.at;
  const size = (front.take(1)[0]! + 1) * 4;
  const flags = front.take(1)[0]!;
  if ((flags & 0x3f) !== 0) throw xzMalformed('it was filtered by more than LZMA2');
  if (flags & 0x40) front.number();
  const unpacked = flags & 0x80 ? front.number() : undefined;
  if (front.number() !== LZMA2 || front.number() !== 1)
    throw xzMalformed('it was filtered by another method than LZMA2');
  const bits = front.take(1)[0]!;
  const dictionary = (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
  if (bits > 40 || dictionary > MAX_DICTIONARY)
    throw new AssayError('content-budget-exceeded', `xz: it needs more than ${MAX_DICTIONARY} bytes of memory`);
  while (front.at < start + size - 4) if (front.take(1)[0] !== 0) throw xzMalformed('padding is not empty');
  if (front.at !== start + size - 4) throw xzMalformed('a header of another length than it says');
  front.checked(start);
  const check = checkOf(kind);
  const body = front.at;
  const data = new Lzma2(front.bytes, body, dictionary);
  let total = 0;
  for (const piece of data.pieces()) {
    check?.update(piece);
    total += piece.length;
    yield piece;
  }
  if (unpacked !== undefined && unpacked !== total) throw xzMalformed('a block of another length than it says');
  front.at = data.at;
  front.align(body);
  const said = front.take(CHECK_BYTES[kind]!);
  if (check && !check.bytes().equals(said)) throw xzMalformed('the checksum of a block differs');
}

/** The list of blocks behind them, and the footer. */
function index(front: Front, blocks: number, flags: Buffer): void {
  const start = front.at;
  front.take(1);
  if (front.number() !== blocks) throw xzMalformed('its index counts other blocks');
  for (let at = 0; at < 2 * blocks; at++) front.number();
  front.align(start);
  front.checked(start);
  const check = front.take(4).readUInt32LE(0);
  const footer = front.take(6);
  if (check !== crc32(footer) || !footer.subarray(4).equals(flags) || front.take(2).toString() !== 'YZ')
    throw xzMalformed('its footer is damaged');
}
