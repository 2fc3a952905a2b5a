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
  const parts: string[] = [];
  write(value, parts, 0);
  return parts.join('');
}

function write(value: unknown, parts: string[], depth: number): void {
  if (depth > MAX_DEPTH) throw new AssayError('trust-metadata-invalid', `nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') parts.push(quoted(value));
  else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new AssayError('trust-metadata-invalid', `the number ${value} has no canonical form; only integers have`);
    parts.push(Object.is(value, -0) ? '0' : String(value));
  } else if (value === null || typeof value === 'boolean') parts.push(String(value));
  else if (Array.isArray(value)) writeArray(value, parts, depth);
  else if (typeof value === 'object') writeObject(value as Record<string, unknown>, parts, depth);
  else throw new AssayError('trust-metadata-invalid', `a value of type ${typeof value} has no canonical form`);
}

function writeArray(items: readonly unknown[], parts: string[], depth: number): void {
  parts.push('[');
  items.forEach((item, index) => {
    if (index > 0) parts.push(',');
    write(item, parts, depth + 1);
  });
  parts.push(']');
}

function writeObject(object: Record<string, unknown>, parts: string[], depth: number): void {
  parts.push('{');
  let first = true;
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    if (!first) parts.push(',');
    first = false;
    parts.push(quoted(key), ':');
    write(member, parts, depth + 1);
  }
  parts.push('}');
}

const SURROGATE = /[\ud800-\udfff]/;

/** UTF-16 order is UTF-8 order unless surrogates are involved. */
function sortedKeys(object: Record<string, unknown>): string[] {
  const keys = Object.keys(object);
  return keys.some((key) => SURROGATE.test(key))
    ? keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : keys.sort((a, b) => (a < b ? -1 : 1));
}

function quoted(text: string): string {
  if (SURROGATE.test(text) && !text.isWellFormed())
    throw new AssayError('trust-metadata-invalid', 'a string is not well-formed Unicode');
  return `"${/[\\"]/.test(text) ? text.replaceAll(/[\\"]/g, '\\$&') : text}"`;
}

/** Canonical JSON leaves control characters as they are, which JSON does not allow in a file. */
export function escapeControls(canonical: string): string {
  return canonical.replaceAll(/\p{Cc}/gu, (char) => (char < ' ' ? escapeChar(char) : char));
}

export function escapeChar(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
