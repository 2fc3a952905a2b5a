import { AssayError } from './error.ts';
import { readEscapedKeys } from './escaped-keys.ts';

export interface JsonLimits {
  /** Bytes of the whole document. */
  readonly maxBytes: number;
  /** Nesting of arrays and objects. */
  readonly maxDepth: number;
  /** Values, members and items together; a short text can hold millions that cost much memory each. */
  readonly maxValues?: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON as RFC 8259 has it and refuses what two readers could understand differently: duplicate keys, bytes that
 * are not UTF-8, a byte order mark, nesting or length over the limits. Throws `json-invalid`.
 */
export function parseStrictJson(bytes: Uint8Array, limits: JsonLimits): unknown {
  if (bytes.length > limits.maxBytes)
    throw new AssayError('json-invalid', `the document has ${bytes.length} bytes; at most ${limits.maxBytes} are read`);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new AssayError('json-invalid', 'the document is not UTF-8', { cause });
  }
  const escapedKeys = checkStructure(text, limits);
  try {
    const value: unknown = JSON.parse(text);
    return escapedKeys ? readEscapedKeys(text) : value;
  } catch (cause) {
    throw new AssayError('json-invalid', `not valid JSON: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/ in JSON at.*$/, '').slice(0, 120) : 'unreadable';
}

/**
 * Walks the text once: depth, number of values, the keys of each open object. Grammar itself is left to
 * JSON.parse. Answers whether a key holds an escape.
 */
function checkStructure(text: string, { maxDepth, maxValues = Number.POSITIVE_INFINITY }: JsonLimits): boolean {
  let values = 0;
  let escapedKeys = false;
  const open: (Keys | null)[] = [];
  let keyExpected = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      const start = at;
      at = endOfString(text, at);
      if (keyExpected) {
        if (noteKey(open.at(-1), text.slice(start, at + 1))) escapedKeys = true;
        keyExpected = false;
      }
    } else if (char === 0x7b || char === 0x5b) {
      if (++values > maxValues) throw tooMany(maxValues);
      if (open.length >= maxDepth) throw new AssayError('json-invalid', `nested deeper than ${maxDepth} levels`);
      open.push(char === 0x7b ? new Keys() : null);
      keyExpected = char === 0x7b;
    } else if (char === 0x7d || char === 0x5d) {
      open.pop();
      keyExpected = false;
    } else if (char === 0x2c) {
      if (++values > maxValues) throw tooMany(maxValues);
      keyExpected = open.length > 0 && open[open.length - 1] !== null;
    }
  }
  return escapedKeys;
}

function tooMany(maxValues: number): AssayError {
  return new AssayError('json-invalid', `more than ${maxValues} values`);
}

/** The position of the quote that ends a string: the next one that no odd number of backslashes stands before. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === 0x5c) before--;
    if ((end - before) % 2 === 0) return end;
  }
  throw new AssayError('json-invalid', 'a string does not end');
}

/** The keys of one object; most have few, and those are compared faster in an array. */
class Keys {
  readonly #few: string[] = [];
  #many: Set<string> | undefined;

  /** Notes a key; false when it is there already. */
  add(key: string): boolean {
    if (this.#many?.has(key) ?? this.#few.includes(key)) return false;
    if (this.#many) {
      this.#many.add(key);
      return true;
    }
    this.#few.push(key);
    if (this.#few.length > 8) this.#many = new Set(this.#few);
    return true;
  }
}

/** Notes a key; answers whether it holds an escape. */
function noteKey(keys: Keys | null | undefined, quoted: string): boolean {
  if (!keys) return false;
  let key = quoted.slice(1, -1);
  const escaped = key.includes('\\');
  if (escaped) {
    try {
      key = String(JSON.parse(quoted));
    } catch (cause) {
      throw new AssayError('json-invalid', 'a key is not a valid string', { cause });
    }
  }
  if (!keys.add(key))
    throw new AssayError('json-invalid', `the key ${JSON.stringify(key.slice(0, 60))} stands twice in one object`);
  return escaped;
}
