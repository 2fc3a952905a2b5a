import type { Advisory, Severity } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';
import { compareGentoo } from './orders/gentoo.ts';
import { intersect, type Interval, without } from './version-intervals.ts';
import { xmlTokens } from './xml-elements.ts';

/** One package of a notice; a run holds for its slot, `*` for all. */
interface NoticePackage {
  readonly name: string;
  readonly vulnerable: Map<string, Interval[]>;
  readonly unaffected: Map<string, Interval[]>;
}

interface Notice {
  id: string;
  title: string;
  announced: string;
  severity: string;
  readonly cves: Set<string>;
  readonly packages: NoticePackage[];
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  high: 'high',
  normal: 'medium',
  low: 'low',
  minimal: 'low',
};
/** Revisions of one version end here; an ebuild has a handful. */
const LAST_REVISION = '-r999999999';

/** Gentoo's notices (GLSA): one XML file each, packages by category and name, good and bad versions by slot. */
export const gentooNotices: FeedReader = {
  name: 'gentoo',
  sources: [{ url: 'https://gitweb.gentoo.org/data/glsa.git/snapshot/glsa-master.tar.gz', ecosystems: ['Gentoo'] }],
  licence: 'CC-BY-SA-4.0 (Gentoo Foundation)',
  recognises: (file) => /<glsa\s+id="/.test(headText(file)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      if (!/<glsa\s+id="/.test(text.slice(0, 4096))) continue;
      tally.records++;
      const notice = readNotice(text);
      const reason = addNotice(book, notice);
      if (reason !== undefined) tally.refused.push({ id: notice.id || name, reason });
      if (notice.announced > tally.newestAt) tally.newestAt = notice.announced;
    }
    return contentOf(book.all(), tally);
  },
};

/** Throws `content-malformed`. */
function readNotice(text: string): Notice {
  const notice: Notice = { id: '', title: '', announced: '', severity: '', cves: new Set(), packages: [] };
  let inside = '';
  let slot = '*';
  let range = '';
  let version = '';
  for (const token of xmlTokens(text)) {
    if (token.kind === 'text') {
      if (inside === 'title') notice.title += token.text.trim();
      else if (inside === 'announced') notice.announced += token.text.trim();
      else if (inside === 'vulnerable' || inside === 'unaffected') version += token.text.trim();
      for (const [id] of token.text.matchAll(/\bCVE-\d{4}-\d{4,}\b/g)) notice.cves.add(id);
    } else if (token.kind === 'end') {
      const found = notice.packages.at(-1);
      if (found && (inside === 'vulnerable' || inside === 'unaffected')) {
        const run = intervalOf(range, version);
        if (run) found[inside].set(slot, [...(found[inside].get(slot) ?? []), run]);
      }
      inside = '';
    } else {
      const of = (name: string) => token.attributes.get(name) ?? '';
      inside = token.name;
      if (inside === 'glsa') notice.id = `GLSA-${of('id')}`;
      if (inside === 'impact') notice.severity = of('type');
      if (inside === 'package')
        notice.packages.push({ name: of('name'), vulnerable: new Map(), unaffected: new Map() });
      slot = of('slot') || '*';
      range = of('range');
      version = '';
    }
  }
  notice.announced = /^\d{4}-\d\d-\d\d$/.test(notice.announced) ? `${notice.announced}T00:00:00Z` : '';
  return notice;
}

/** `lt`, `le`, `eq`, `ge`, `gt`; with an `r` in front within the revisions of one version; `eq` may end with `*`. */
function intervalOf(range: string, version: string): Interval | undefined {
  if (version === '') return undefined;
  const base = version.replace(/-r\d+$/, '');
  const at = (each: string, inclusive: boolean) => ({ version: each, inclusive });
  const first = at(base, true);
  const last = at(`${base}${LAST_REVISION}`, true);
  switch (range) {
    case 'lt':
      return { to: at(version, false) };
    case 'le':
      return { to: at(version, true) };
    case 'ge':
      return { from: at(version, true) };
    case 'gt':
      return { from: at(version, false) };
    case 'rlt':
      return { from: first, to: at(version, false) };
    case 'rle':
      return { from: first, to: at(version, true) };
    case 'rge':
      return { from: at(version, true), to: last };
    case 'rgt':
      return { from: at(version, false), to: last };
    case 'eq':
      return version.endsWith('*')
        ? { from: at(version.slice(0, -1), true), to: at(`${version.slice(0, -1)}.999999999`, true) }
        : { from: at(version, true), to: at(version, true) };
    default:
      return undefined;
  }
}

/**
 * What of a run lies in a slot. The slot of an installed package is not known; where slots are named by versions (3.11 of
 * Python) the run is cut to those, so that a fix of one slot is not asked of another.
 */
function ofSlot(run: Interval, slot: string): Interval[] {
  const end = run.to?.version ?? run.from?.version ?? '';
  if (!/^\d+(?:\.\d+)*$/.test(slot) || !`${end}.`.startsWith(`${slot}.`)) return [run];
  const cut = intersect(run, { from: { version: slot, inclusive: true } }, compareGentoo);
  return cut ? [cut] : [];
}

function addNotice(book: EntryBook<Advisory>, notice: Notice): string | undefined {
  let any = false;
  const severity = SEVERITIES[notice.severity];
  for (const { name, vulnerable, unaffected } of notice.packages)
    for (const [slot, bad] of vulnerable) {
      const good =
        slot === '*'
          ? [...unaffected.values()].flat()
          : [...(unaffected.get(slot) ?? []), ...(unaffected.get('*') ?? [])];
      const ranges = without(
        bad.flatMap((each) => ofSlot(each, slot)),
        good,
        compareGentoo,
      );
      if (name === '' || ranges.length === 0) continue;
      any = true;
      for (const id of notice.cves.size > 0 ? notice.cves : [notice.id])
        book.add('Gentoo', name, {
          id,
          ...(id !== notice.id && { aliases: [notice.id] }),
          status: ranges.some((each) => each.fixed !== undefined) ? 'fixed' : 'affected',
          scheme: 'gentoo',
          ranges,
          ...(severity && { severity, severitySource: 'Gentoo' }),
          summary: notice.title.slice(0, 300),
          ...(notice.announced !== '' && { publishedAt: notice.announced }),
          references: [`https://security.gentoo.org/glsa/${notice.id.slice('GLSA-'.length)}`],
        });
    }
  return any ? undefined : 'it names no versions';
}
