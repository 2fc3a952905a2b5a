import { AssayError } from './error.ts';

/** Longest code of a symbol, in bits; the format allows twenty. */
const MAX_CODE = 20;
const BLOCK = 0x314159265359;
const END = 0x177245385090;
const GROUP = 50;
const OUT = 64 * 1024;

function malformed(what: string): AssayError {
  return new AssayError('content-malformed', `bzip2: ${what}`);
}

/** Bits from the front of bytes, the highest first. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed('it ends in the middle');
      this.#held = ((this.#held << 8) | byte) >>> 0;
      this.#count += 8;
      // Never more than 31 bits are held: 23 that were left and one byte.
    }
    this.#count -= count;
    const value = (this.#held >>> this.#count) & ((1 << count) - 1);
    this.#held &= (1 << this.#count) - 1;
    return value;
  }

  /** The next bits without taking them; behind the end they are 0. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#held = ((this.#held << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0;
      this.#count += 8;
    }
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Takes bits that were looked at. */
  skip(count: number): void {
    this.#count -= count;
    this.#held &= (1 << this.#count) - 1;
    if (this.#at - (this.#count >>> 3) > this.#bytes.length) throw malformed('it ends in the middle');
  }

  /** A number of 48 bits, as blocks are marked. */
  mark(): number {
    return this.read(24) * 2 ** 24 + this.read(24);
  }

  /** To the next whole byte; whether anything follows it. */
  align(): boolean {
    this.#at -= this.#count >>> 3;
    this.#count = 0;
    this.#held = 0;
    return this.#at < this.#bytes.length;
  }
}

/** A Huffman code: symbols in the order of their codes; of each length the first value behind it, as the longest codes are written. */
interface Code {
  readonly symbols: Uint16Array;
  readonly shortest: number;
  readonly limits: Int32Array;
  readonly bases: Int32Array;
}

function codeOf(lengths: Uint8Array): Code {
  const symbols = new Uint16Array(lengths.length);
  const limits = new Int32Array(MAX_CODE + 1);
  const bases = new Int32Array(MAX_CODE + 1);
  let filled = 0;
  let next = 0;
  for (let length = 1; length <= MAX_CODE; length++) {
    bases[length] = next - filled;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      symbols[filled++] = symbol;
      next++;
    }
    limits[length] = next << (MAX_CODE - length);
    next <<= 1;
  }
  return { symbols, shortest: Math.min(...lengths), limits, bases };
}

function readSymbol(bits: Bits, { symbols, shortest, limits, bases }: Code): number {
  const ahead = bits.peek(MAX_CODE);
  for (let length = shortest; length <= MAX_CODE; length++) {
    if (ahead >= limits[length]!) continue;
    const symbol = symbols[(ahead >>> (MAX_CODE - length)) - bases[length]!];
    if (symbol === undefined) break;
    bits.skip(length);
    return symbol;
  }
  throw malformed('a code is none of its table');
}

/** The bytes that occur in a block, in their order. */
function readAlphabet(bits: Bits): Uint8Array {
  const used: number[] = [];
  const groups = bits.read(16);
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++)
      if ((members & (0x8000 >> member)) !== 0) used.push(group * 16 + member);
  }
  if (used.length === 0) throw malformed('a block uses no byte');
  return Uint8Array.from(used);
}

function readSelectors(bits: Bits, tables: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw malformed('a block has no selectors');
  const order = Array.from({ length: tables }, (_, at) => at);
  const selectors = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= tables) throw malformed('a selector names no table');
    const [chosen] = order.splice(place, 1);
    order.unshift(chosen!);
    selectors[at] = chosen!;
  }
  return selectors;
}

function readCode(bits: Bits, size: number): Code {
  const lengths = new Uint8Array(size);
  let length = bits.read(5);
  for (let symbol = 0; symbol < size; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_CODE) throw malformed('the length of a code is out of bounds');
    lengths[symbol] = length;
  }
  return codeOf(lengths);
}

/** The last column of the sorted block: run lengths and places in a list that moves to the front (MTF). */
function readColumn(bits: Bits, column: Uint32Array): number {
  const alphabet = readAlphabet(bits);
  const tables = bits.read(3);
  if (tables < 2 || tables > 6) throw malformed(`${tables} code tables`);
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readCode(bits, alphabet.length + 2));
  const last = alphabet.length + 1;
  let filled = 0;
  let run = 0;
  let weight = 1;
  for (let group = 0; ; group++) {
    const code = codes[selectors[group] ?? 255];
    if (!code) throw malformed('a block has more symbols than selectors');
    for (let left = GROUP; left > 0; left--) {
      const symbol = readSymbol(bits, code);
      if (symbol < 2) {
        run += weight << symbol;
        weight <<= 1;
        if (run > column.length) throw malformed('a run is longer than its block');
        continue;
      }
      if (run > 0) {
        if (filled + run > column.length) throw malformed('a block holds more than it may');
        column.fill(alphabet[0]!, filled, filled + run);
        filled += run;
        run = 0;
        weight = 1;
      }
      if (symbol === last) return filled;
      const byte = alphabet[symbol - 1]!;
      if (filled >= column.length) throw malformed('a block holds more than it may');
      alphabet.copyWithin(1, 0, symbol - 1);
      alphabet[0] = byte;
      column[filled++] = byte;
    }
  }
}

/** Turns the last column back into the block (Burrows–Wheeler), then its runs of four into what they stand for. */
function* writeBlock(column: Uint32Array, size: number, origin: number): Generator<Uint8Array> {
  const counts = new Uint32Array(257);
  for (let at = 0; at < size; at++) counts[(column[at]! & 0xff) + 1]!++;
  for (let byte = 0; byte < 256; byte++) counts[byte + 1]! += counts[byte]!;
  for (let at = 0; at < size; at++) column[counts[column[at]! & 0xff]!++]! |= at << 8;
  let out = new Uint8Array(OUT);
  let filled = 0;
  let same = 0;
  let before = -1;
  for (let left = size, at = column[origin]! >>> 8; left > 0; left--) {
    const entry = column[at]!;
    at = entry >>> 8;
    const byte = entry & 0xff;
    if (filled + 255 > out.length) {
      yield out.subarray(0, filled);
      out = new Uint8Array(OUT);
      filled = 0;
    }
    if (same < 4) {
      same = byte === before ? same + 1 : 1;
      before = byte;
      out[filled++] = byte;
      continue;
    }
    // The byte behind four that are the same says how many more of them there are.
    out.fill(before, filled, filled + byte);
    filled += byte;
    same = 0;
    before = -1;
  }
  yield out.subarray(0, filled);
}

/**
 * Unpacks bzip2 (1.0, as `bzip2 -1` to `-9` and `pbzip2` write it, several streams after each other too), piece by piece.
 * Check sums are not compared: who hands it bytes knows where they came from. Throws `content-malformed`, and
 * `content-budget-exceeded` over `maxBytes`.
 */
export function* unpackBzip2(bytes: Uint8Array, maxBytes: number): Generator<Uint8Array> {
  const bits = new Bits(bytes);
  let total = 0;
  do {
    if (bits.read(16) !== 0x425a || bits.read(8) !== 0x68) throw malformed('it does not begin as a stream');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw malformed('its level is none');
    const column = new Uint32Array(level * 100_000);
    for (;;) {
      const mark = bits.mark();
      if (mark === END) break;
      if (mark !== BLOCK) throw malformed('there is no block where one should be');
      bits.read(16);
      bits.read(16);
      if (bits.read(1) === 1) throw malformed('a randomised block, which nobody writes');
      const origin = bits.read(24);
      const size = readColumn(bits, column);
      if (origin >= size) throw malformed('a block begins behind its end');
      for (const piece of writeBlock(column, size, origin)) {
        total += piece.length;
        if (total > maxBytes)
          throw new AssayError('content-budget-exceeded', `it unpacks to more than ${maxBytes} bytes`);
        yield piece;
      }
    }
    bits.read(16);
    bits.read(16);
  } while (bits.align());
}
