import { AssayError } from './error.ts';

/** A row of a dump by column; values as bytes, one character each, or null. */
export type DumpRow = ReadonlyMap<string, string | null>;

export interface DumpLimits {
  /** Bytes of the whole dump. */
  readonly maxBytes: number;
  /** Rows of the tables asked for. */
  readonly maxRows: number;
  /** Characters of one value. */
  readonly maxValue: number;
}

/**
 * The rows of some tables in the text that pg_dump (COPY or INSERT), mysqldump (also with --hex-blob) and sqlite3's .dump
 * write. Statements of other kinds are stepped over; nothing is run. Throws `input-invalid` for what does not end or is
 * over a limit.
 */
export function* dumpRows(
  dump: Uint8Array,
  tables: readonly string[],
  limits: DumpLimits,
): Generator<{ readonly table: string; readonly row: DumpRow }> {
  if (dump.length > limits.maxBytes) throw invalid(`it has more than ${limits.maxBytes} bytes`);
  const text = Buffer.from(dump.buffer, dump.byteOffset, dump.length).toString('latin1');
  const reader = new DumpReader(text, limits, isMySql(text));
  let rows = 0;
  for (const found of reader.rows(new Set(tables))) {
    if (++rows > limits.maxRows) throw invalid(`it has more than ${limits.maxRows} rows`);
    yield found;
  }
}

/** MySQL writes backslashes in strings as escapes, and names in backquotes. */
function isMySql(text: string): boolean {
  const head = text.slice(0, 4096);
  return /MySQL dump|MariaDB dump|^\/\*!\d{5}/m.test(head) || /\b(?:INTO|TABLE)\s+`/i.test(text.slice(0, 1 << 20));
}

type Token =
  | { readonly kind: 'word' | 'name' | 'string'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string }
  | { readonly kind: 'end'; readonly text: '' };

const END: Token = { kind: 'end', text: '' };
/** What begins a definition in CREATE TABLE that is not of a column. */
const CONSTRAINTS = new Set(['primary', 'unique', 'key', 'constraint', 'index', 'foreign', 'check', 'fulltext']);

class DumpReader {
  readonly #text: string;
  readonly #limits: DumpLimits;
  readonly #escapes: boolean;
  readonly #columns = new Map<string, string[]>();
  #at = 0;

  constructor(text: string, limits: DumpLimits, escapes: boolean) {
    this.#text = text;
    this.#limits = limits;
    this.#escapes = escapes;
  }

  *rows(tables: ReadonlySet<string>): Generator<{ table: string; row: DumpRow }> {
    for (let token = this.#next(); token.kind !== 'end'; token = this.#next()) {
      const verb = token.kind === 'word' ? token.text.toLowerCase() : '';
      if (verb === 'create') this.#create();
      else if (verb === 'insert') yield* this.#insert(tables);
      else if (verb === 'copy') yield* this.#copy(tables);
      else if (token.kind === 'mark' && token.text === '\\') this.#skipLine();
      else if (!isMark(token, ';')) this.#skipStatement();
    }
  }

  /** The order of columns, for rows that name none. */
  #create(): void {
    let token = this.#next();
    while (token.kind === 'word' && /^(?:temporary|unlogged)$/i.test(token.text)) token = this.#next();
    if (token.kind !== 'word' || token.text.toLowerCase() !== 'table') return this.#skipStatement(token);
    token = this.#next();
    for (const word of ['if', 'not', 'exists'])
      if (token.kind === 'word' && token.text.toLowerCase() === word) token = this.#next();
    const { name, after } = this.#qualified(token);
    if (!isMark(after, '(')) return this.#skipStatement(after);
    const columns: string[] = [];
    for (let depth = 1, begins = true; depth > 0; ) {
      const each = this.#next();
      if (each.kind === 'end') throw invalid('it ends in the middle of a table');
      if (begins && each.kind !== 'mark' && !(each.kind === 'word' && CONSTRAINTS.has(each.text.toLowerCase())))
        columns.push(each.text.toLowerCase());
      if (isMark(each, '(')) depth++;
      else if (isMark(each, ')')) depth--;
      begins = depth === 1 && isMark(each, ',');
    }
    this.#columns.set(name, columns);
    this.#skipStatement();
  }

  *#insert(tables: ReadonlySet<string>): Generator<{ table: string; row: DumpRow }, void> {
    let token = this.#next();
    while (token.kind === 'word' && /^(?:into|ignore)$/i.test(token.text)) token = this.#next();
    const { name, after } = this.#qualified(token);
    if (!tables.has(name)) {
      this.#skipStatement(after);
      return;
    }
    const listed = isMark(after, '(') ? this.#names() : undefined;
    const columns = listed ?? this.#columns.get(name);
    if (!columns) throw invalid(`the columns of ${name} are not known`);
    const values = listed ? this.#next() : after;
    if (values.kind !== 'word' || values.text.toLowerCase() !== 'values')
      throw invalid(`a row of ${name} does not begin`);
    for (;;) {
      if (!isMark(this.#next(), '(')) throw invalid(`a row of ${name} does not begin`);
      yield { table: name, row: rowOf(name, columns, this.#values()) };
      const next = this.#next();
      if (isMark(next, ';') || next.kind === 'end') return;
      if (!isMark(next, ',')) throw invalid(`a row of ${name} does not end`);
    }
  }

  /** PostgreSQL's COPY … FROM stdin: a line a row, tabs between values, `\.` at the end. */
  *#copy(tables: ReadonlySet<string>): Generator<{ table: string; row: DumpRow }, void> {
    const { name, after } = this.#qualified(this.#next());
    const columns = isMark(after, '(') ? this.#names() : this.#columns.get(name);
    this.#skipStatement(isMark(after, '(') ? this.#next() : after);
    this.#skipLine();
    const wanted = tables.has(name);
    if (wanted && !columns) throw invalid(`the columns of ${name} are not known`);
    for (;;) {
      const end = this.#text.indexOf('\n', this.#at);
      if (end < 0) throw invalid(`the rows of ${name} do not end`);
      const line = this.#text.slice(this.#at, end);
      this.#at = end + 1;
      if (line === '\\.' || line === '\\.\r') return;
      if (wanted && columns) {
        const values = line.split('\t').map((value) => (value === '\\N' ? null : unescaped(value)));
        yield { table: name, row: rowOf(name, columns, values) };
      }
    }
  }

  #qualified(first: Token): { name: string; after: Token } {
    let name = first.text.toLowerCase();
    let after = this.#next();
    while (isMark(after, '.')) {
      name = this.#next().text.toLowerCase();
      after = this.#next();
    }
    return { name, after };
  }

  #names(): string[] {
    const names: string[] = [];
    for (let token = this.#next(); !isMark(token, ')'); token = this.#next()) {
      if (token.kind === 'end') throw invalid('a list of columns does not end');
      if (token.kind !== 'mark') names.push(token.text.toLowerCase());
    }
    return names;
  }

  #values(): (string | null)[] {
    const values: (string | null)[] = [];
    for (;;) {
      values.push(this.#value());
      const next = this.#next();
      if (isMark(next, ')')) return values;
      if (!isMark(next, ',')) throw invalid('a value is not understood');
    }
  }

  #value(): string | null {
    const token = this.#next();
    if (token.kind === 'string') return token.text;
    if (token.kind !== 'word') throw invalid('a value is not understood');
    const word = token.text.toLowerCase();
    if (word === 'null') return null;
    if (word === '_binary' || word === 'x' || word === 'e') {
      const escapes = word === 'e' || (word === '_binary' && this.#escapes);
      const next = this.#next(escapes);
      if (next.kind !== 'string') throw invalid('a value is not understood');
      return word === 'x' ? fromHex(next.text) : next.text;
    }
    return word.startsWith('0x') ? fromHex(word.slice(2)) : token.text;
  }

  #skipStatement(first?: Token): void {
    for (let token = first ?? this.#next(); !isMark(token, ';') && token.kind !== 'end'; ) token = this.#next();
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #next(escapes = this.#escapes): Token {
    this.#skipSpace();
    const char = this.#text[this.#at];
    if (char === undefined) return END;
    if (char === "'") return { kind: 'string', text: this.#quoted("'", escapes) };
    if (char === '"' && escapes) return { kind: 'string', text: this.#quoted('"', escapes) };
    if (char === '"' || char === '`') return { kind: 'name', text: this.#quoted(char, false) };
    const start = this.#at;
    while (isWordCode(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at > start) return { kind: 'word', text: this.#bounded(this.#text.slice(start, this.#at)) };
    this.#at++;
    return { kind: 'mark', text: char };
  }

  /** White space and comments; what MySQL runs of its comments is of no use here. */
  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code <= 0x20) this.#at++;
      else if (this.#text.startsWith('--', this.#at) || code === 0x23) this.#skipLine();
      else if (this.#text.startsWith('/*', this.#at)) {
        const end = this.#text.indexOf('*/', this.#at + 2);
        if (end < 0) throw invalid('a comment does not end');
        this.#at = end + 2;
      } else return;
    }
  }

  #quoted(quote: string, escapes: boolean): string {
    const start = this.#at + 1;
    for (let at = start; ; at++) {
      const end = this.#text.indexOf(quote, at);
      if (end < 0) throw invalid('a string does not end');
      if (escapes && isEscaped(this.#text, start, end)) at = end;
      else if (this.#text[end + 1] === quote) at = end + 1;
      else {
        this.#at = end + 1;
        const text = this.#bounded(this.#text.slice(start, end)).replaceAll(quote + quote, quote);
        return escapes ? unescaped(text) : text;
      }
    }
  }

  #bounded(text: string): string {
    if (text.length > this.#limits.maxValue) throw invalid(`a value has more than ${this.#limits.maxValue} bytes`);
    return text;
  }
}

function isMark(token: Token, mark: string): boolean {
  return token.kind === 'mark' && token.text === mark;
}

function isWordCode(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f ||
    code === 0x24 ||
    code >= 0x80
  );
}

/** True for a quote that an odd number of backslashes stands before. */
function isEscaped(text: string, start: number, at: number): boolean {
  let before = at;
  while (before > start && text.charCodeAt(before - 1) === 0x5c) before--;
  return (at - before) % 2 === 1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  Z: '\x1a',
};

/** What a backslash stands for in MySQL's strings and PostgreSQL's COPY; before any other character, that character. */
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([\s\S])/g, (_, char: string) => ESCAPES[char] ?? char) : text;
}

function fromHex(hex: string): string {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw invalid('a value in hex is not one');
  return Buffer.from(hex, 'hex').toString('latin1');
}

function rowOf(table: string, columns: readonly string[], values: readonly (string | null)[]): DumpRow {
  if (columns.length !== values.length)
    throw invalid(`a row of ${table} has ${values.length} values for ${columns.length} columns`);
  return new Map(columns.map((column, at) => [column, values[at] ?? null]));
}

function invalid(why: string): AssayError {
  return new AssayError('input-invalid', `the dump cannot be read: ${why}`);
}
