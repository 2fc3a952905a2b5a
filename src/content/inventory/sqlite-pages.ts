import { AssayError } from '../../lib/error.ts';

/**
 * Reads the rows of one table of a SQLite 3 database file (sqlite.org/fileformat2.html) that comes from a stranger: no
 * length, page number or chain is believed, each page is read at most once.
 */
export class SqlitePages {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #pageSize: number;
  readonly #usable: number;
  readonly #pages: number;
  readonly #seen = new Set<number>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 512 || !hasMagic(bytes)) throw malformed('not a SQLite database');
    const size = this.#view.getUint16(16);
    this.#pageSize = size === 1 ? 65_536 : size;
    if (this.#pageSize < 512 || (this.#pageSize & (this.#pageSize - 1)) !== 0) throw malformed('page size');
    this.#usable = this.#pageSize - bytes[20]!;
    if (this.#usable < 480) throw malformed('reserved space');
    if (this.#view.getUint32(56) > 1) throw new AssayError('unsupported', 'the database is not in UTF-8');
    this.#pages = Math.floor(bytes.length / this.#pageSize);
  }

  /** Rows of a table as their columns' bytes; numbers and NULL come as empty columns, except for `rows` of the schema. */
  *table(name: string): Generator<Uint8Array[]> {
    const root = this.#rootOf(name);
    this.#seen.clear();
    if (root !== undefined) for (const payload of this.#walk(root)) yield columnsOf(payload);
  }

  /** Section 2.6: type, name, tbl_name, rootpage, sql. */
  #rootOf(name: string): number | undefined {
    this.#seen.clear();
    for (const payload of this.#walk(1)) {
      const [type, , table, root] = columnsOf(payload);
      if (!type || !table || !root || textOf(type) !== 'table' || textOf(table) !== name) continue;
      let page = 0;
      for (const byte of root.subarray(0, 6)) page = page * 256 + byte;
      return page;
    }
    return undefined;
  }

  /** Section 1.6, table b-trees, depth first with a stack of our own. */
  *#walk(root: number): Generator<Uint8Array> {
    const waiting = [root];
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      const start = this.#enter(page);
      const header = page === 1 ? start + 100 : start;
      const kind = this.#bytes[header];
      if (kind !== 0x0d && kind !== 0x05) throw malformed('not a page of a table');
      const cells = this.#view.getUint16(header + 3);
      const pointers = header + (kind === 0x05 ? 12 : 8);
      if (pointers + cells * 2 > start + this.#pageSize) throw malformed('count of cells');
      const at = (cell: number) => this.#cellAt(start, pointers + cell * 2);
      if (kind === 0x05) {
        waiting.push(this.#view.getUint32(header + 8));
        for (let cell = cells - 1; cell >= 0; cell--) waiting.push(this.#view.getUint32(at(cell)));
        if (waiting.length > this.#pages + 1) throw malformed('too many pages');
      } else for (let cell = 0; cell < cells; cell++) yield this.#payload(start, at(cell));
    }
  }

  #enter(page: number): number {
    if (page < 1 || page > this.#pages || this.#seen.has(page)) throw malformed('page number');
    this.#seen.add(page);
    return (page - 1) * this.#pageSize;
  }

  #cellAt(start: number, pointer: number): number {
    const offset = this.#view.getUint16(pointer);
    if (offset + 4 > this.#pageSize) throw malformed('place of a cell');
    return start + offset;
  }

  /** Section 1.6: what does not fit on the page goes on in a chain of overflow pages. */
  #payload(start: number, cell: number): Uint8Array {
    const end = start + this.#usable;
    const size = readVarint(this.#bytes, cell, end);
    const row = readVarint(this.#bytes, size.next, end);
    const most = this.#usable - 35;
    if (size.value > this.#bytes.length) throw malformed('size of a row');
    if (size.value <= most) return this.#slice(row.next, size.value, end);
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const fitting = least + ((size.value - least) % (this.#usable - 4));
    const local = fitting <= most ? fitting : least;
    const whole = new Uint8Array(size.value);
    whole.set(this.#slice(row.next, local, end));
    if (row.next + local + 4 > end) throw malformed('overflow');
    let page = this.#view.getUint32(row.next + local);
    for (let filled = local; filled < size.value; ) {
      const from = this.#enter(page);
      const count = Math.min(this.#usable - 4, size.value - filled);
      whole.set(this.#bytes.subarray(from + 4, from + 4 + count), filled);
      filled += count;
      page = this.#view.getUint32(from);
    }
    return whole;
  }

  #slice(from: number, size: number, end: number): Uint8Array {
    if (from + size > end) throw malformed('size of a cell');
    return this.#bytes.subarray(from, from + size);
  }
}

function malformed(what: string): AssayError {
  return new AssayError('content-malformed', `the SQLite database is damaged: ${what}`);
}

function hasMagic(bytes: Uint8Array): boolean {
  return textOf(bytes.subarray(0, 16)) === 'SQLite format 3\0';
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Big-endian base-128 of at most nine bytes; what passes 2^53 is refused by those who use it. */
function readVarint(bytes: Uint8Array, from: number, end: number): { value: number; next: number } {
  let value = 0;
  for (let count = 0; count < 9; count++) {
    const at = from + count;
    if (at >= end) throw malformed('a number');
    const byte = bytes[at]!;
    if (count === 8) return { value: value * 256 + byte, next: at + 1 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw malformed('a number');
}

/** Bytes of the serial types 0 to 11 (section 2.1); from 12 on the type is the length. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function columnsOf(record: Uint8Array): Uint8Array[] {
  const header = readVarint(record, 0, record.length);
  if (header.value > record.length) throw malformed('a record header');
  const columns: Uint8Array[] = [];
  let at = header.value;
  for (let from = header.next; from < header.value; ) {
    const type = readVarint(record, from, header.value);
    from = type.next;
    const size = type.value < 12 ? SIZES[type.value]! : Math.floor((type.value - 12) / 2);
    if (at + size > record.length || columns.length >= 100) throw malformed('a column');
    columns.push(record.subarray(at, at + size));
    at += size;
  }
  return columns;
}
