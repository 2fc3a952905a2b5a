const HEADER = 32;
const FRAME_HEADER = 24;

/**
 * The database with the committed pages of its write-ahead log in place (sqlite.org/fileformat2.html, section 4), as
 * SQLite would read the two. A log whose header or first frame does not hold is one that SQLite passes over too; frames
 * count up to the last commit whose salts and checksums hold.
 */
export function withWriteAheadLog(database: Uint8Array, log: Uint8Array): Uint8Array {
  const committed = committedPages(log);
  if (!committed) return database;
  const { pageSize, pages, places } = committed;
  // A commit cannot leave more pages than the two files hold.
  const most = Math.floor(database.length / pageSize) + places.size;
  const merged = new Uint8Array(Math.min(pages, most) * pageSize);
  merged.set(database.subarray(0, Math.min(database.length, merged.length)));
  for (const [page, at] of places)
    if (page * pageSize <= merged.length) merged.set(log.subarray(at, at + pageSize), (page - 1) * pageSize);
  return merged;
}

interface CommittedPages {
  readonly pageSize: number;
  /** Pages of the database after the last commit. */
  readonly pages: number;
  /** Where in the log the latest form of each page begins. */
  readonly places: ReadonlyMap<number, number>;
}

/** Section 4.1: header, frames, and the running checksum over both. */
function committedPages(log: Uint8Array): CommittedPages | undefined {
  if (log.length < HEADER) return undefined;
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = view.getUint32(0);
  const pageSize = view.getUint32(8);
  if ((magic & 0xfffffffe) !== 0x377f0682 || view.getUint32(4) !== 3_007_000) return undefined;
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  const little = (magic & 1) === 0;
  const sum = new Checksum(view, little);
  sum.add(0, 24);
  if (!sum.is(24)) return undefined;
  const places = new Map<number, number>();
  const pending = new Map<number, number>();
  let pages = 0;
  for (let at = HEADER; at + FRAME_HEADER + pageSize <= log.length; at += FRAME_HEADER + pageSize) {
    if (view.getUint32(at + 8) !== view.getUint32(16) || view.getUint32(at + 12) !== view.getUint32(20)) break;
    sum.add(at, 8);
    sum.add(at + FRAME_HEADER, pageSize);
    const page = view.getUint32(at);
    if (page === 0 || !sum.is(at + 16)) break;
    pending.set(page, at + FRAME_HEADER);
    const size = view.getUint32(at + 4);
    if (size === 0) continue;
    pages = size;
    for (const [each, place] of pending) places.set(each, place);
    pending.clear();
  }
  return pages > 0 ? { pageSize, pages, places } : undefined;
}

/** Section 4.2. */
class Checksum {
  readonly #view: DataView;
  readonly #little: boolean;
  #first = 0;
  #second = 0;

  constructor(view: DataView, little: boolean) {
    this.#view = view;
    this.#little = little;
  }

  add(from: number, length: number): void {
    for (let at = from; at < from + length; at += 8) {
      this.#first = (this.#first + this.#view.getUint32(at, this.#little) + this.#second) >>> 0;
      this.#second = (this.#second + this.#view.getUint32(at + 4, this.#little) + this.#first) >>> 0;
    }
  }

  is(at: number): boolean {
    return this.#view.getUint32(at) === this.#first && this.#view.getUint32(at + 4) === this.#second;
  }
}
