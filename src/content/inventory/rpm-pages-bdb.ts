import { AssayError } from '../../lib/error.ts';

const HASH_MAGIC = 0x061561;
const META = { magic: 12, pageSize: 20, encryption: 24, lastPage: 32, bytes: 72 } as const;
const PAGE = { next: 16, entries: 20, used: 22, type: 25, header: 26 } as const;
const HASH_UNSORTED = 2;
const OVERFLOW = 7;
const HASH = 13;
const KEY_DATA = 1;
const OFF_PAGE = 3;

/**
 * Values of a hash database file of Berkeley DB 4 and 5 (`dbinc/db_page.h`: metadata page, hash pages, chains of
 * overflow pages), in either byte order. The file comes from a stranger: no length, offset or page number is believed,
 * and an overflow page is read once.
 */
export function* berkeleyHashValues(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < META.bytes) throw damaged('it is too short');
  const little = view.getUint32(META.magic, true) === HASH_MAGIC;
  if (!little && view.getUint32(META.magic, false) !== HASH_MAGIC) throw damaged('it is no hash database');
  if (bytes[META.encryption] !== 0) throw new AssayError('unsupported', 'the Berkeley DB database is encrypted');
  const size = view.getUint32(META.pageSize, little);
  if (size < 512 || size > 65_536 || (size & (size - 1)) !== 0) throw damaged('page size');
  const pages = Math.min(Math.floor(bytes.length / size), view.getUint32(META.lastPage, little) + 1);
  const seen = new Set<number>();

  const overflow = (first: number, length: number): Uint8Array => {
    if (length > bytes.length) throw damaged('length of a value');
    const whole = new Uint8Array(length);
    let filled = 0;
    for (let page = first; filled < length; ) {
      const start = page * size;
      if (page === 0 || page >= pages || seen.has(page) || bytes[start + PAGE.type] !== OVERFLOW)
        throw damaged('a chain of overflow pages');
      seen.add(page);
      const count = Math.min(view.getUint16(start + PAGE.used, little), length - filled);
      if (count === 0 || PAGE.header + count > size) throw damaged('length of an overflow page');
      whole.set(bytes.subarray(start + PAGE.header, start + PAGE.header + count), filled);
      filled += count;
      page = view.getUint32(start + PAGE.next, little);
    }
    return whole;
  };

  for (let page = 1; page < pages; page++) {
    const start = page * size;
    const type = bytes[start + PAGE.type];
    if (type !== HASH && type !== HASH_UNSORTED) continue;
    const entries = view.getUint16(start + PAGE.entries, little);
    if (entries % 2 !== 0 || PAGE.header + entries * 2 > size) throw damaged('count of entries');
    // Items fill the page from its end: keys at even places, their values at odd ones.
    for (let entry = 1; entry < entries; entry += 2) {
      const at = view.getUint16(start + PAGE.header + entry * 2, little);
      const end = view.getUint16(start + PAGE.header + (entry - 1) * 2, little);
      if (at < PAGE.header || at + 1 > size || end > size || end < at) throw damaged('place of an item');
      const kind = bytes[start + at];
      if (kind === KEY_DATA) yield bytes.subarray(start + at + 1, start + end);
      else if (kind === OFF_PAGE) {
        if (at + 12 > size) throw damaged('place of an item');
        yield overflow(view.getUint32(start + at + 4, little), view.getUint32(start + at + 8, little));
      } else throw damaged('kind of an item');
    }
  }
}

function damaged(what: string): AssayError {
  return new AssayError('content-malformed', `the Berkeley DB database is damaged: ${what}`);
}
