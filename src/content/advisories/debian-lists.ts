import type { Advisory } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally, type Tally } from './feed-records.ts';
import { canonicalEcosystem } from './osv-ecosystems.ts';

const TRACKER = 'https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HEAD = /^\[(\d{1,2}) (\w{3}) (\d{4})\] (D[ST]A-\d+(?:-\d+)?|DLA-\d+(?:-\d+)?|DTSA-\d+-\d+) (.*)$/;
const FIX = /^\t\[(\w+)\] +- +(\S+) +(\S+)/;

interface Notice {
  readonly id: string;
  readonly publishedAt: string;
  readonly title: string;
  cves: readonly string[];
}

/**
 * Debian's lists of security (DSA) and long-term (DLA) advisories: which notice mended which CVE in which source package
 * and release. Also of releases that the tracker's own file has dropped.
 */
export const debianLists: FeedReader = {
  name: 'debian-notices',
  sources: ['DSA', 'DLA'].map((kind) => ({ url: `${TRACKER}/${kind}/list`, ecosystems: ['Debian'] })),
  licence: 'MIT (Debian security tracker)',
  recognises: (file) => HEAD.test(headText(file).split('\n', 1)[0]!),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const kinds = new Set<string>();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      let notice: Notice | undefined;
      for (const line of text.split('\n')) {
        const head = HEAD.exec(line);
        if (head) {
          tally.records++;
          notice = noticeOf(head);
          kinds.add(notice.id.slice(0, 3).toLowerCase());
          if (notice.publishedAt > tally.newestAt) tally.newestAt = notice.publishedAt;
        } else if (line.startsWith('[')) {
          tally.records++;
          tally.refused.push({
            id: `${name} ${tally.records}`,
            reason: `not the head of a notice: ${line.slice(0, 60)}`,
          });
          notice = undefined;
        } else if (notice && line.startsWith('\t{')) notice.cves = line.match(/CVE-\d{4}-\d{4,}/g) ?? [];
        else if (notice) addFix(book, tally, notice, line);
      }
    }
    const [kind, another] = kinds;
    return contentOf(book.all(), tally, another === undefined ? kind : undefined);
  },
};

function noticeOf([, day, month, year, id, title]: RegExpExecArray): Notice {
  const number = String(MONTHS.indexOf(month!) + 1).padStart(2, '0');
  return {
    id: id!,
    publishedAt: `${year}-${number}-${day!.padStart(2, '0')}T00:00:00Z`,
    title: title!.slice(0, 300),
    cves: [],
  };
}

function addFix(book: EntryBook<Advisory>, tally: Tally, notice: Notice, line: string): void {
  const fix = FIX.exec(line);
  if (!fix) return;
  const [, release, source, version] = fix;
  const ecosystem = canonicalEcosystem(`Debian:${release}`);
  if (!/^Debian:(?:\d+|unstable)$/.test(ecosystem) || !/^\d|^<not-affected>$/.test(version!)) return;
  if (version!.startsWith('<')) return;
  const common = {
    status: 'fixed' as const,
    scheme: 'deb' as const,
    ranges: [{ fixed: version! }],
    summary: notice.title,
    publishedAt: notice.publishedAt,
    references: [`https://security-tracker.debian.org/tracker/${notice.id}`],
  };
  if (notice.cves.length === 0) book.add(ecosystem, source!, { id: notice.id, ...common });
  for (const id of notice.cves) book.add(ecosystem, source!, { id, aliases: [notice.id], ...common });
}
