import { AssayError } from '../../lib/error.ts';

/** One start, text or end of an XML document, by local name. */
export type XmlToken =
  | { readonly kind: 'start'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'end'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

const MAX_TAG = 64 * 1024;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Walks over an XML document (1.0): names lose their prefix, comments and instructions are passed over. A document type
 * that holds declarations is refused, since only they could define entities; one that only names another file is passed
 * over, and that file is not read. Throws `content-malformed`.
 */
export function* xmlTokens(text: string): Generator<XmlToken> {
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const end = open < 0 ? text.length : open;
    if (end > at) yield { kind: 'text', text: unescape(text.slice(at, end)) };
    if (open < 0) return;
    if (text.startsWith('<!--', open)) at = after(text, '-->', open + 4);
    else if (text.startsWith('<![CDATA[', open)) {
      at = after(text, ']]>', open + 9);
      yield { kind: 'text', text: text.slice(open + 9, at - 3) };
    } else if (text.startsWith('<?', open)) at = after(text, '?>', open + 2);
    else if (externalTypeEnd(text, open) > 0) at = externalTypeEnd(text, open);
    else if (text.startsWith('<!', open)) throw malformed('a document type is not read', open);
    else {
      at = tagEnd(text, open);
      yield* tagOf(text.slice(open + 1, at - 1), open);
    }
  }
}

/** Behind `<!DOCTYPE name SYSTEM "…">`, -1 where none or more than that stands. */
function externalTypeEnd(text: string, open: number): number {
  if (!text.startsWith('<!DOCTYPE', open)) return -1;
  const end = text.indexOf('>', open);
  return end < 0 || end - open > 1000 || text.slice(open, end).includes('[') ? -1 : end + 1;
}

function malformed(what: string, at: number): AssayError {
  return new AssayError('content-malformed', `XML: ${what} (at ${at})`);
}

function after(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  if (found < 0) throw malformed(`no ${what}`, from);
  return found + what.length;
}

/** Behind the `>` of a tag; one in quotes belongs to a value. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let at = from + 1; at < text.length; at++) {
    if (at - from > MAX_TAG) throw malformed('a tag is too long', from);
    const char = text[at]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at + 1;
  }
  throw malformed('a tag has no end', from);
}

function* tagOf(tag: string, at: number): Generator<XmlToken> {
  if (tag.startsWith('/')) {
    yield { kind: 'end', name: local(tag.slice(1).trim()) };
    return;
  }
  const empty = tag.endsWith('/');
  const inner = empty ? tag.slice(0, -1) : tag;
  const name = /^[^\s=<>"']+/.exec(inner)?.[0];
  if (name === undefined) throw malformed('a tag has no name', at);
  const attributes = new Map<string, string>();
  for (const match of inner.slice(name.length).matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    attributes.set(local(match[1]!), unescape(match[2] ?? match[3] ?? ''));
  yield { kind: 'start', name: local(name), attributes };
  if (empty) yield { kind: 'end', name: local(name) };
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,10}));/g,
    (whole: string, dec?: string, hex?: string, name?: string) => {
      const code = dec !== undefined ? Number(dec) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
      return ENTITIES[name ?? ''] ?? whole;
    },
  );
}
