import { AssayError } from '../../lib/error.ts';

const HEADER_MAGIC = 0x506d7052;
const SLOT_MAGIC = 0x746f6c53;
const BLOB_MAGIC = 0x53626c42;
const SLOT = 16;
const PAGE = 4096;
/** Slots of the first page begin behind the header. */
const FIRST_SLOT = 32;
const MAX_SLOT_PAGES = 2048;

/**
 * Package headers of rpm's own database file (lib/backend/ndb/rpmpkg.c of the rpm project): pages of slots, each naming
 * a blob by its place in units of 16 bytes. The file comes from a stranger: every place is checked, and what the slots
 * name together is at most the file.
 */
export function* ndbValues(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PAGE || view.getUint32(0, true) !== HEADER_MAGIC) throw damaged('it has no header');
  if (view.getUint32(4, true) !== 0) throw new AssayError('unsupported', 'the rpm database has a newer ndb version');
  const slotPages = view.getUint32(12, true);
  if (slotPages === 0 || slotPages > MAX_SLOT_PAGES || slotPages * PAGE > bytes.length) throw damaged('count of pages');
  let total = 0;
  for (let at = FIRST_SLOT; at < slotPages * PAGE; at += SLOT) {
    if (view.getUint32(at, true) !== SLOT_MAGIC) throw damaged('a slot');
    const index = view.getUint32(at + 4, true);
    const start = view.getUint32(at + 8, true) * 16;
    const blocks = view.getUint32(at + 12, true) * 16;
    if (index === 0 || start === 0) continue;
    if (start + blocks > bytes.length || blocks < 2 * SLOT) throw damaged('place of a package');
    const length = view.getUint32(start + 12, true);
    if (view.getUint32(start, true) !== BLOB_MAGIC || view.getUint32(start + 4, true) !== index)
      throw damaged('a package');
    if (length + SLOT > blocks) throw damaged('length of a package');
    total += length;
    if (total > bytes.length) throw damaged('packages that overlap');
    yield bytes.subarray(start + SLOT, start + SLOT + length);
  }
}

function damaged(what: string): AssayError {
  return new AssayError('content-malformed', `the ndb database is damaged: ${what}`);
}
