import { AssayError } from '../../lib/error.ts';
import { textOf } from './text-files.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a file of JSON holds; a byte order mark before it is skipped. Throws `content-malformed`. */
export function readJsonObject(bytes: Uint8Array, what: string): JsonObject {
  return objectOf(parse(textOf(bytes), what)) ?? {};
}

/** JSON with comments and commas after the last member, as editors and bun write it. */
export function readLooseJsonObject(bytes: Uint8Array, what: string): JsonObject {
  return objectOf(parse(strict(textOf(bytes)), what)) ?? {};
}

export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw new AssayError('content-malformed', `${what} is not JSON`, { cause });
  }
}

/** One pass: strings are copied, comments left out, a comma before a closing bracket dropped. */
function strict(text: string): string {
  let out = '';
  let copied = 0;
  let comma = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      comma = -1;
      at = endOfString(text, at);
    } else if (code === 0x2f && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const end = text[at + 1] === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 1;
      out += text.slice(copied, at);
      at = end <= at ? text.length : text[at + 1] === '/' ? end - 1 : end;
      copied = at + 1;
      if (comma >= 0) comma = out.length - 1;
    } else if (code === 0x2c) {
      out += text.slice(copied, at + 1);
      copied = at + 1;
      comma = out.length - 1;
    } else if (code === 0x7d || code === 0x5d) {
      if (comma >= 0) out = `${out.slice(0, comma)} ${out.slice(comma + 1)}`;
      comma = -1;
    } else if (code > 0x20) comma = -1;
  }
  return out + text.slice(copied);
}

/** Place of the closing quote, or the end of a text that has none. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at;
  }
  return text.length;
}
