import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { AssayError } from '../../lib/error.ts';

/** What the root object of a file is: the schemas of apk-tools 3 (apk_adb.h). */
export const adbSchemas = { package: 0x676b6370, index: 0x78646e69, installed: 0x00626469 } as const;

const MAX_UNPACKED = 64 * 1024 * 1024;
/** Memory that a zstd frame may ask for, as a power of two (RFC 8878, "Window_Size"). */
const MAX_WINDOW = 23;
/** Slots that are looked at in one file: values may point at the same place again and again. */
const MAX_SLOTS = 4_000_000;
const BLOCK_EXTENDED = 3;

/**
 * The objects of a file of apk-tools 3 (apk-v3(5), "Wire format"). Values are words of four bytes, the type in the high
 * four bits and a number or a place in the others. No place, length or count is believed.
 */
export class Adb {
  readonly schema: number;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #budget: { slots: number };

  private constructor(schema: number, bytes: Uint8Array, budget: { slots: number }) {
    this.schema = schema;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = budget;
    if (bytes.length < 8) throw malformed('its first block is too short');
    if (bytes[0] !== 0) throw new AssayError('unsupported', `the apk file has version ${bytes[0]} of its form`);
  }

  /** A whole file in any of its three containers: `ADB.`, `ADBd` (deflate), `ADBc` (an algorithm and a level). */
  static open(file: Uint8Array): Adb {
    const bytes = unpack(file);
    if (bytes.length < 12 || textOf(bytes.subarray(0, 4)) !== 'ADB.') throw malformed('it has no header');
    const schema = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
    return new Adb(schema, firstBlock(bytes.subarray(8)), { slots: MAX_SLOTS });
  }

  get root(): number {
    return this.#view.getUint32(4, true);
  }

  /** Slots of an object or array, the first at 1; none for any other value. */
  slots(value: number): readonly number[] {
    const type = value >>> 28;
    if (type !== 0xd && type !== 0xe) return [];
    const at = value & 0x0fffffff;
    const count = this.#word(at);
    if (count === 0 || at + count * 4 > this.#bytes.length) throw malformed('a count of slots');
    this.#budget.slots -= count;
    if (this.#budget.slots < 0) throw new AssayError('content-budget-exceeded', 'the apk file has too many values');
    return Array.from({ length: count }, (_, slot) => (slot === 0 ? 0 : this.#view.getUint32(at + slot * 4, true)));
  }

  /** Bytes of a blob; none for any other value. */
  blob(value: number | undefined): Uint8Array | undefined {
    const type = value === undefined ? 0 : value >>> 28;
    if (value === undefined || type < 8 || type > 10) return undefined;
    const at = value & 0x0fffffff;
    const width = type === 8 ? 1 : type === 9 ? 2 : 4;
    if (at + width > this.#bytes.length) throw malformed('the place of a value');
    const length =
      width === 1
        ? this.#view.getUint8(at)
        : width === 2
          ? this.#view.getUint16(at, true)
          : this.#view.getUint32(at, true);
    if (at + width + length > this.#bytes.length) throw malformed('the length of a value');
    return this.#bytes.subarray(at + width, at + width + length);
  }

  text(value: number | undefined): string | undefined {
    const bytes = this.blob(value);
    return bytes && textOf(bytes.subarray(0, 4096));
  }

  /** A file within: the packages of an installed database are files of their own without a header. */
  nested(value: number): Adb | undefined {
    const bytes = this.blob(value);
    return bytes && new Adb(adbSchemas.package, firstBlock(bytes), this.#budget);
  }

  #word(at: number): number {
    if (at + 4 > this.#bytes.length) throw malformed('the place of a value');
    return this.#view.getUint32(at, true);
  }
}

/** True for the first bytes of any container. */
export function isAdb(head: Uint8Array): boolean {
  return head[0] === 0x41 && head[1] === 0x44 && head[2] === 0x42 && [0x2e, 0x64, 0x63].includes(head[3] ?? 0);
}

/** apk-v3(5), "Blocks": two bits of type, thirty of size with the word itself; the first block holds the objects. */
function firstBlock(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw malformed('it ends before its first block');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = view.getUint32(0, true);
  const extended = word >>> 30 === BLOCK_EXTENDED;
  if ((extended ? word & 0x3fffffff : word >>> 30) !== 0) throw malformed('its first block is of another type');
  if (extended && bytes.length < 16) throw malformed('its first block');
  const [header, size] = extended ? [16, Number(view.getBigUint64(8, true))] : [4, word & 0x3fffffff];
  if (size < header || size > bytes.length) throw malformed('the size of its first block');
  return bytes.subarray(header, size);
}

function unpack(file: Uint8Array): Uint8Array {
  if (!isAdb(file)) throw malformed('it has no header');
  if (file[3] === 0x2e) return file;
  const algorithm = file[3] === 0x64 ? 1 : file[4];
  const packed = file.subarray(file[3] === 0x64 ? 4 : 6);
  try {
    if (algorithm === 0) return packed;
    if (algorithm === 1) return inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED });
    if (algorithm === 2)
      return zstdDecompressSync(packed, {
        maxOutputLength: MAX_UNPACKED,
        params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW },
      });
  } catch (cause) {
    throw malformed('it cannot be unpacked', cause);
  }
  throw new AssayError('unsupported', `the apk file is packed by method ${algorithm}`);
}

function malformed(what: string, cause?: unknown): AssayError {
  return new AssayError('content-malformed', `the apk file is damaged: ${what}`, { cause });
}

const decoder = new TextDecoder();
function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
