import { AssayError } from '../../lib/error.ts';

const MAX_LENGTH = 256 * 1024;

/** Values of a TOML document by `table.key`: texts, and lists of texts. */
export type TomlValues = ReadonlyMap<string, string | readonly string[]>;

/**
 * Reads the part of TOML that RustSec's advisories use: tables, strings of one or several lines, numbers and dates as
 * they stand, lists of strings. Inline tables and lists of anything else are passed over. Throws `content-malformed`.
 */
export function readToml(text: string): TomlValues {
  if (text.length > MAX_LENGTH) throw new AssayError('content-budget-exceeded', 'the TOML document is too long');
  const values = new Map<string, string | readonly string[]>();
  let table = '';
  let at = 0;
  const fail = (): never => {
    throw new AssayError('content-malformed', `not TOML at ${at}: ${text.slice(at, at + 40)}`);
  };
  const skip = (lines: boolean) => {
    for (;;) {
      const char = text[at];
      if (char === ' ' || char === '\t' || (lines && (char === '\n' || char === '\r'))) at++;
      else if (char === '#') at = lineEnd();
      else return;
    }
  };
  const lineEnd = () => {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  };
  const quoted = (): string => {
    const mark = text[at]!;
    const long = text.startsWith(mark.repeat(3), at);
    const close = long ? mark.repeat(3) : mark;
    let end = at + close.length;
    while (end < text.length && !text.startsWith(close, end)) end += mark === '"' && text[end] === '\\' ? 2 : 1;
    if (end >= text.length) fail();
    const raw = text.slice(at + close.length, end);
    at = end + close.length;
    return mark === '"' ? unescape(raw) : raw;
  };
  const list = (): string[] | undefined => {
    at++;
    const found: string[] = [];
    for (;;) {
      skip(true);
      const char = text[at];
      if (char === ']') {
        at++;
        return found;
      }
      if (char === ',') at++;
      else if (char === '"' || char === "'") found.push(quoted());
      else {
        const end = text.indexOf(']', at);
        if (end < 0) fail();
        at = end + 1;
        return undefined;
      }
    }
  };
  for (skip(true); at < text.length; skip(true)) {
    if (text[at] === '[') {
      const line = text.slice(at, lineEnd()).trim();
      table = line.replace(/^\[+|\]+$/g, '').trim();
      at = lineEnd();
      continue;
    }
    const key = /^(?:"[^"\n]*"|[\w.-]+)[ \t]*=/.exec(text.slice(at, at + 300))?.[0];
    if (key === undefined) return fail();
    at += key.length;
    const name = `${table}.${key.slice(0, -1).trim().replaceAll('"', '')}`;
    skip(false);
    const char = text[at];
    if (char === '"' || char === "'") values.set(name, quoted());
    else if (char === '[') {
      const found = list();
      if (found) values.set(name, found);
    } else {
      const end = lineEnd();
      if (char !== '{') values.set(name, text.slice(at, end).replace(/#.*$/, '').trim());
      at = end;
    }
  }
  return values;
}

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, char: string | undefined) =>
    code !== undefined ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPES[char ?? ''] ?? char ?? ''),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\n': '' };
