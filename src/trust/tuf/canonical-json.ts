import { AssayError } from '../../lib/error.ts';

const MAX_DEPTH = 64;

/**
 * Canonical JSON as TUF signs it (OLPC form; Notary v1 writes the same): keys sorted by their UTF-8 bytes, no white
 * space, only `\` and `"` escaped, integers only. Throws `trust-metadata-invalid` for what has no canonical form.
 */
export function canonicalJson(value: unknown): Uint8Array {
  return Buffer.from(canonicalText(value), 'utf8');
}

/** The same as text; every string in it is well formed, so that text and bytes are one to one. */
export function canonicalText(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value);
  if (depth > MAX_DEPTH) throw new AssayError('trust-metadata-invalid', `nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new AssayError('trust-metadata-invalid', `the number ${value} has no canonical form; only integers have`);
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return writeArray(value, depth);
  if (typeof value === 'object') return writeObject(value as Record<string, unknown>, depth);
  throw new AssayError('trust-metadata-invalid', `a value of type ${typeof value} has no canonical form`);
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = '';
  for (const item of items) text += `${text === '' ? '' : ','}${write(item, depth + 1)}`;
  return `[${text}]`;
}

function writeObject(object: Record<string, unknown>, depth: number): string {
  let text = '';
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member !== undefined) text += `${text === '' ? '' : ','}${quoted(key)}:${write(member, depth + 1)}`;
  }
  return `{${text}}`;
}

/** What needs a closer look: characters to escape and surrogates. */
const SPECIAL = /[\\"\ud800-\udfff]/;
const SURROGATE = /[\ud800-\udfff]/;

/** UTF-16 order, which is that of the language, is UTF-8 order unless surrogates are involved. */
function sortedKeys(object: Record<string, unknown>): string[] {
  const keys = Object.keys(object);
  if (keys.some((key) => SURROGATE.test(key)))
    return keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return isSorted(keys) ? keys : keys.sort();
}

/** Files are written sorted, so that most need no sorting. */
function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at++) if (keys[at - 1]! > keys[at]!) return false;
  return true;
}

function quoted(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new AssayError('trust-metadata-invalid', 'a string is not well-formed Unicode');
  return `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
}

/** Canonical JSON leaves control characters as they are, which JSON does not allow in a file. */
export function escapeControls(canonical: string): string {
  return canonical.replaceAll(/\p{Cc}/gu, (char) => (char < ' ' ? escapeChar(char) : char));
}

export function escapeChar(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
