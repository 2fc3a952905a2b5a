import { isAssayError } from '../../lib/error.ts';
import type { Advisory, AffectedRange } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { complement, identified, rated, statusOf } from './library-databases.ts';
import { readToml, type TomlValues } from './toml-front.ts';

const FENCE = /^\s*```toml\r?\n/;

/** RustSec's advisory database, a Markdown file an advisory with TOML at its head: crates, good versions named. */
export const rustSec: FeedReader = {
  name: 'rustsec',
  sources: [],
  licence: 'CC0-1.0 (RustSec)',
  recognises: (file) => FENCE.test(headText(file)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      const fence = FENCE.exec(text);
      // Other texts of the repository are no advisories.
      if (!fence && !/(?:^|\/)RUSTSEC-/.test(name)) continue;
      tally.records++;
      const end = text.indexOf('\n```', fence?.[0].length ?? 0);
      if (!fence || end < 0) {
        tally.refused.push({ id: name, reason: 'no TOML at its head' });
        continue;
      }
      try {
        const values = readToml(text.slice(fence[0].length, end + 1));
        if (one(values, 'advisory.withdrawn') !== undefined) tally.withdrawn++;
        else {
          const reason = addCrate(book, values, text.slice(end + 4));
          if (reason !== undefined) tally.refused.push({ id: name, reason });
        }
      } catch (error) {
        if (!isAssayError(error)) throw error;
        tally.refused.push({ id: name, reason: error.message });
      }
    }
    return contentOf(book.all(), tally);
  },
};

function one(values: TomlValues, name: string): string | undefined {
  const value = values.get(name);
  return typeof value === 'string' ? value : undefined;
}

function many(values: TomlValues, name: string): readonly string[] {
  const value = values.get(name);
  return typeof value === 'string' ? [value] : (value ?? []);
}

function addCrate(book: EntryBook<Advisory>, values: TomlValues, body: string): string | undefined {
  const own = one(values, 'advisory.id');
  const crate = one(values, 'advisory.package');
  if (own === undefined || crate === undefined) return 'it names no id or package';
  const ids = identified([own, ...many(values, 'advisory.aliases')]);
  const patched = many(values, 'versions.patched');
  const unaffected = many(values, 'versions.unaffected');
  const ranges: AffectedRange[] = complement(patched, unaffected, 'cargo', 'semver');
  const kind = one(values, 'advisory.informational');
  const title = /^#\s+(.*)$/m.exec(body.slice(0, 2000))?.[1];
  const url = one(values, 'advisory.url');
  const date = one(values, 'advisory.date');
  book.add(one(values, 'advisory.collection') === 'rust' ? 'Rust' : 'crates.io', crate, {
    ...ids!,
    status: statusOf(ranges),
    scheme: 'semver',
    ranges,
    ...(kind !== undefined && { statusDetail: `informational: ${kind}` }),
    ...(title && { summary: title.trim().slice(0, 300) }),
    ...rated(one(values, 'advisory.cvss'), 'RustSec'),
    references: [`https://rustsec.org/advisories/${own}.html`, ...(url === undefined ? [] : [url.slice(0, 500)])],
    ...(date !== undefined && { publishedAt: `${date}T00:00:00Z` }),
  });
  return undefined;
}
