import { toRfc3339 } from '../../lib/clock.ts';

export interface AtomEntry {
  /** UUID of what it tells of. */
  readonly id: string;
  readonly title: string;
  readonly at: number;
  readonly author: string;
  readonly link: string;
  readonly text: string;
}

export interface AtomFeed {
  /** Where the feed is, without what signs its reader in. */
  readonly self: string;
  readonly site: string;
  readonly title: string;
  /** Newest first. */
  readonly entries: readonly AtomEntry[];
}

/** A feed of RFC 4287. Everything that others may name is text, escaped; nothing is markup. */
export function renderAtom({ self, site, title, entries }: AtomFeed): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${xmlText(self)}</id>`,
    `<title>${xmlText(title)}</title>`,
    `<updated>${toRfc3339(entries[0]?.at ?? 0)}</updated>`,
    '<author><name>Assay</name></author>',
    `<link rel="self" type="application/atom+xml" href="${xmlText(self)}"/>`,
    `<link rel="alternate" type="text/html" href="${xmlText(site)}"/>`,
    ...entries.map(entryOf),
    '</feed>',
    '',
  ].join('\n');
}

function entryOf({ id, title, at, author, link, text }: AtomEntry): string {
  return [
    '<entry>',
    `<id>urn:uuid:${xmlText(id)}</id>`,
    `<title>${xmlText(title)}</title>`,
    `<updated>${toRfc3339(at)}</updated>`,
    `<author><name>${xmlText(author)}</name></author>`,
    `<link rel="alternate" type="text/html" href="${xmlText(link)}"/>`,
    `<content type="text">${xmlText(text)}</content>`,
    '</entry>',
  ].join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text of any content as character data or an attribute's value; characters that XML 1.0 (section 2.2) cannot hold are U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (each) => ENTITIES[each] ?? '');
}
