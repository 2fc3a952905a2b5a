import { AssayError } from '../../lib/error.ts';

const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;
const ENTRY = 16;
const MAX_TAGS = 65_536;
const MAX_VALUES = 2_000_000;
const decoder = new TextDecoder();

/**
 * A package header as the rpm database holds it (rpm "Package Format", header structure without magic): counts of tags
 * and of data bytes, tags of four numbers, data. Counts and offsets are checked against what is there.
 */
export class RpmHeader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  readonly #tags = new Map<number, { type: number; offset: number; count: number }>();

  constructor(blob: Uint8Array) {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    if (blob.length < 8) throw damaged();
    const tags = view.getUint32(0);
    const size = view.getUint32(4);
    const start = 8 + tags * ENTRY;
    if (tags === 0 || tags > MAX_TAGS || start + size > blob.length) throw damaged();
    this.#data = blob.subarray(start, start + size);
    this.#view = new DataView(this.#data.buffer, this.#data.byteOffset, this.#data.byteLength);
    for (let at = 8; at < start; at += ENTRY)
      this.#tags.set(view.getUint32(at), {
        type: view.getUint32(at + 4),
        offset: view.getUint32(at + 8),
        count: view.getUint32(at + 12),
      });
  }

  text(tag: number): string | undefined {
    const entry = this.#tags.get(tag);
    if (!entry || (entry.type !== STRING && entry.type !== I18N_STRING && entry.type !== STRING_ARRAY))
      return undefined;
    return this.#string(entry.offset).text;
  }

  texts(tag: number): string[] {
    const entry = this.#tags.get(tag);
    if (!entry || (entry.type !== STRING_ARRAY && entry.type !== STRING)) return [];
    if (entry.count > MAX_VALUES || entry.count > this.#data.length) throw damaged();
    const found: string[] = [];
    for (let at = entry.offset, count = 0; count < entry.count; count++) {
      const { text, next } = this.#string(at);
      found.push(text);
      at = next;
    }
    return found;
  }

  numbers(tag: number): number[] {
    const entry = this.#tags.get(tag);
    if (!entry || entry.type !== INT32) return [];
    if (entry.offset + entry.count * 4 > this.#data.length) throw damaged();
    return Array.from({ length: entry.count }, (_, index) => this.#view.getUint32(entry.offset + index * 4));
  }

  #string(from: number): { text: string; next: number } {
    const end = this.#data.indexOf(0, from);
    if (from >= this.#data.length || end < 0) throw damaged();
    return { text: decoder.decode(this.#data.subarray(from, end)), next: end + 1 };
  }
}

function damaged(): AssayError {
  return new AssayError('content-malformed', 'a package header of the rpm database is damaged');
}
