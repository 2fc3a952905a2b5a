import { AssayError } from './error.ts';

export interface JsonLimits {
  /** Bytes of the whole document. */
  readonly maxBytes: number;
  /** Nesting of arrays and objects. */
  readonly maxDepth: number;
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
  checkStructure(text, limits.maxDepth);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AssayError('json-invalid', `not valid JSON: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/ in JSON at.*$/, '').slice(0, 120) : 'unreadable';
}

/** Walks the text once: depth and the keys of each open object. Grammar itself is left to JSON.parse. */
function checkStructure(text: string, maxDepth: number): void {
  const open: (Set<string> | null)[] = [];
  let keyExpected = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      const start = at;
      at = endOfString(text, at);
      if (keyExpected) {
        noteKey(open.at(-1), text.slice(start, at + 1));
        keyExpected = false;
      }
    } else if (char === 0x7b || char === 0x5b) {
      if (open.length >= maxDepth) throw new AssayError('json-invalid', `nested deeper than ${maxDepth} levels`);
      open.push(char === 0x7b ? new Set() : null);
      keyExpected = char === 0x7b;
    } else if (char === 0x7d || char === 0x5d) {
      open.pop();
      keyExpected = false;
    } else if (char === 0x2c) {
      keyExpected = open.length > 0 && open[open.length - 1] !== null;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x22) return at;
  }
  throw new AssayError('json-invalid', 'a string does not end');
}

function noteKey(keys: Set<string> | null | undefined, quoted: string): void {
  if (!keys) return;
  let key = quoted.slice(1, -1);
  if (key.includes('\\')) {
    try {
      key = String(JSON.parse(quoted));
    } catch (cause) {
      throw new AssayError('json-invalid', 'a key is not a valid string', { cause });
    }
  }
  if (keys.has(key))
    throw new AssayError('json-invalid', `the key ${JSON.stringify(key.slice(0, 60))} stands twice in one object`);
  keys.add(key);
}
