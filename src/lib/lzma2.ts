import { AssayError } from './error.ts';

/** What a chunk may unpack to (2 MiB), by its header. */
const CHUNK = 2 * 1024 ** 2;
const STATES = 12;
const POSITION_STATES = 16;
const TOP = 2 ** 24;
const HALF = 1024;

export function xzMalformed(what: string): AssayError {
  return new AssayError('content-malformed', `xz: ${what}`);
}

/** Lengths of matches, by the bits of the position: 2 to 9, 10 to 17, 18 to 273. */
interface LengthCode {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly middle: Uint16Array;
  readonly high: Uint16Array;
}

const probabilities = (count: number) => new Uint16Array(count).fill(HALF);
const lengthCode = (): LengthCode => ({
  choice: probabilities(2),
  low: probabilities(POSITION_STATES * 8),
  middle: probabilities(POSITION_STATES * 8),
  high: probabilities(256),
});

/**
 * Unpacks a sequence of LZMA2 chunks ("The .xz File Format" 5.3.1; LZMA specification 9.22) that begins at a position of
 * bytes, piece by piece; `at` is behind its end afterwards. The window grows with what is unpacked, up to the dictionary.
 */
export class Lzma2 {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #dictionary: number;
  #window = new Uint8Array(2 * CHUNK);
  /** Where the next byte is written, and how many before it a match may reach. */
  #end = 0;
  #reach = 0;

  #range = 0;
  #code = 0;
  #limit = 0;

  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  #literalContext = 0;
  #literalPosition = 0;
  #position = 0;
  #literals = probabilities(0);
  #isMatch = probabilities(0);
  #isRep = probabilities(0);
  #isRep0 = probabilities(0);
  #isRep1 = probabilities(0);
  #isRep2 = probabilities(0);
  #isRep0Long = probabilities(0);
  #slots = probabilities(0);
  #special = probabilities(0);
  #align = probabilities(0);
  #matchLength = lengthCode();
  #repLength = lengthCode();
  #hasProperties = false;
  /** Bytes since the dictionary was set back: literals and lengths are chosen by its last bits. */
  #written = 0;

  constructor(bytes: Uint8Array, at: number, dictionary: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#dictionary = dictionary;
  }

  *pieces(): Generator<Uint8Array> {
    let begun = false;
    for (;;) {
      const control = this.#byte();
      if (control === 0) return;
      const packed = control >= 0x80;
      if (!packed && control > 2) throw xzMalformed('a chunk of unknown kind');
      const reset = packed ? (control >> 5) & 3 : 0;
      if (control === 1 || reset === 3) {
        this.#reach = 0;
        this.#written = 0;
        begun = true;
      }
      if (!begun) throw xzMalformed('it does not begin with a new dictionary');
      const size = (packed ? (control & 0x1f) << 16 : 0) + this.#two() + 1;
      this.#makeRoom(size);
      const from = this.#end;
      if (packed) this.#unpack(size, reset);
      else this.#copy(size);
      yield this.#window.slice(from, this.#end);
    }
  }

  #byte(): number {
    const value = this.#bytes[this.at++];
    if (value === undefined) throw xzMalformed('it ends in the middle');
    return value;
  }

  #two(): number {
    return (this.#byte() << 8) | this.#byte();
  }

  /** The window slides once it holds the dictionary twice; before that it grows. */
  #makeRoom(size: number): void {
    if (this.#end + size <= this.#window.length) return;
    const kept = Math.min(this.#end, this.#dictionary);
    const room = Math.min(2 * this.#window.length, 2 * this.#dictionary + 2 * CHUNK);
    const next = room > this.#window.length ? new Uint8Array(room) : this.#window;
    if (next === this.#window) next.copyWithin(0, this.#end - kept, this.#end);
    else next.set(this.#window.subarray(this.#end - kept, this.#end));
    this.#window = next;
    this.#end = kept;
  }

  #copy(size: number): void {
    if (this.at + size > this.#bytes.length) throw xzMalformed('it ends in the middle');
    this.#window.set(this.#bytes.subarray(this.at, this.at + size), this.#end);
    this.at += size;
    this.#advance(size);
  }

  #advance(count: number): void {
    this.#end += count;
    this.#written += count;
    this.#reach = Math.min(this.#reach + count, this.#dictionary);
  }

  #unpack(size: number, reset: number): void {
    const length = this.#two() + 1;
    if (reset >= 2) this.#properties(this.#byte());
    if (!this.#hasProperties) throw xzMalformed('a chunk without properties');
    if (reset >= 1) this.#resetState();
    this.#limit = this.at + length;
    if (length < 5 || this.#limit > this.#bytes.length) throw xzMalformed('it ends in the middle');
    if (this.#byte() !== 0) throw xzMalformed('a chunk does not begin with zero');
    this.#range = 0xffffffff;
    this.#code = ((this.#two() << 16) | this.#two()) >>> 0;
    this.#decode(this.#end + size);
    if (this.at !== this.#limit || this.#code !== 0) throw xzMalformed('a chunk has more than it unpacks to');
  }

  #properties(value: number): void {
    if (value >= 9 * 5 * 5) throw xzMalformed('unknown properties');
    const literalContext = value % 9;
    const rest = Math.floor(value / 9);
    if (literalContext + (rest % 5) > 4) throw xzMalformed('unknown properties');
    this.#literalContext = literalContext;
    this.#literalPosition = rest % 5;
    this.#position = Math.floor(rest / 5);
    this.#hasProperties = true;
  }

  #resetState(): void {
    this.#state = 0;
    this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
    this.#literals = probabilities(0x300 << (this.#literalContext + this.#literalPosition));
    this.#isMatch = probabilities(STATES * POSITION_STATES);
    this.#isRep = probabilities(STATES);
    this.#isRep0 = probabilities(STATES);
    this.#isRep1 = probabilities(STATES);
    this.#isRep2 = probabilities(STATES);
    this.#isRep0Long = probabilities(STATES * POSITION_STATES);
    this.#slots = probabilities(4 * 64);
    this.#special = probabilities(128);
    this.#align = probabilities(16);
    this.#matchLength = lengthCode();
    this.#repLength = lengthCode();
  }

  #normalise(): void {
    if (this.#range >= TOP) return;
    if (this.at >= this.#limit) throw xzMalformed('a chunk is too short');
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#bytes[this.at++]!) >>> 0;
  }

  #bit(table: Uint16Array, index: number): 0 | 1 {
    this.#normalise();
    const probability = table[index]!;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    table[index] = probability - (probability >> 5);
    return 1;
  }

  #direct(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      this.#normalise();
      this.#range >>>= 1;
      const one = this.#code >= this.#range;
      if (one) this.#code -= this.#range;
      value = value * 2 + Number(one);
    }
    return value;
  }

  #tree(table: Uint16Array, from: number, bits: number): number {
    let node = 1;
    for (let left = bits; left > 0; left--) node = (node << 1) | this.#bit(table, from + node);
    return node - (1 << bits);
  }

  #reverseTree(table: Uint16Array, from: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let at = 0; at < bits; at++) {
      const bit = this.#bit(table, from + node);
      node = (node << 1) | bit;
      value |= bit << at;
    }
    return value;
  }

  #length(code: LengthCode, position: number): number {
    if (this.#bit(code.choice, 0) === 0) return 2 + this.#tree(code.low, position * 8, 3);
    if (this.#bit(code.choice, 1) === 0) return 10 + this.#tree(code.middle, position * 8, 3);
    return 18 + this.#tree(code.high, 0, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(this.#slots, Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return base + this.#reverseTree(this.#special, base - slot, bits);
    return base + this.#direct(bits - 4) * 16 + this.#reverseTree(this.#align, 0, 4);
  }

  #literal(): void {
    const before = this.#reach > 0 ? this.#window[this.#end - 1]! : 0;
    const context =
      ((this.#written & ((1 << this.#literalPosition) - 1)) << this.#literalContext) +
      (before >> (8 - this.#literalContext));
    const from = 0x300 * context;
    let node = 1;
    if (this.#state >= 7) {
      if (this.#rep0 >= this.#reach) throw xzMalformed('a match before the beginning');
      let match = this.#window[this.#end - this.#rep0 - 1]!;
      while (node < 0x100) {
        const expected = (match >> 7) & 1;
        match <<= 1;
        const bit = this.#bit(this.#literals, from + ((1 + expected) << 8) + node);
        node = (node << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (node < 0x100) node = (node << 1) | this.#bit(this.#literals, from + node);
    this.#window[this.#end] = node & 0xff;
    this.#advance(1);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** A match further back than the last one, or one of the last four; 0 is the last one's next byte alone. */
  #match(position: number): number {
    const state = this.#state;
    if (this.#bit(this.#isRep, state) === 0) {
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      const length = this.#length(this.#matchLength, position);
      this.#rep0 = this.#distance(length);
      this.#state = state < 7 ? 7 : 10;
      return length;
    }
    if (this.#bit(this.#isRep0, state) === 0) {
      if (this.#bit(this.#isRep0Long, state * POSITION_STATES + position) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      let distance = this.#rep1;
      if (this.#bit(this.#isRep1, state) === 1) {
        distance = this.#rep2;
        if (this.#bit(this.#isRep2, state) === 1) {
          distance = this.#rep3;
          this.#rep3 = this.#rep2;
        }
        this.#rep2 = this.#rep1;
      }
      this.#rep1 = this.#rep0;
      this.#rep0 = distance;
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(this.#repLength, position);
  }

  #decode(until: number): void {
    const mask = (1 << this.#position) - 1;
    while (this.#end < until) {
      const position = this.#written & mask;
      if (this.#bit(this.#isMatch, this.#state * POSITION_STATES + position) === 0) {
        this.#literal();
        continue;
      }
      const length = this.#match(position);
      if (this.#rep0 >= this.#reach) throw xzMalformed('a match before the beginning');
      if (this.#end + length > until) throw xzMalformed('a match behind the end of its chunk');
      const window = this.#window;
      for (let at = this.#end, from = at - this.#rep0 - 1, left = length; left > 0; left--)
        window[at++] = window[from++]!;
      this.#advance(length);
    }
    this.#normalise();
  }
}
