import { type Advisory, SUPPORT } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';

const BASE = 'https://salsa.debian.org/debian/debian-security-support/-/raw/master';
const RELEASES = ['11', '12', '13'];
const FILE = /security-support-(ended|limited)(?:\.deb(\d{1,2}))?$/;
const ENDED = /^(\S+)\s+(\S+)\s+(\d{4}-\d\d-\d\d)(?:\s+(.*))?$/;
const LIMITED = /^(\S+)(?:\s+(.*))?$/;

/**
 * debian-security-support: source packages that Debian does not mend any more, from a day on, or only within limits. A
 * name may end in `.*`; so all of a release stand in one entry. What is open in them is not waited for.
 */
export const debianSupport: FeedReader = {
  name: 'debian-support',
  sources: RELEASES.flatMap((release) =>
    ['ended', 'limited'].map((kind) => ({
      url: `${BASE}/security-support-${kind}.deb${release}`,
      ecosystems: [`Debian:${release}`],
    })),
  ),
  licence: 'GPL-2.0-or-later (debian-security-support)',
  recognises: (file) =>
    FILE.test(file.name) &&
    /^# List of packages (?:whose security support ends|where security support is limited)/m.test(headText(file)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const parts = new Set<string>();
    for await (const { name, text } of feedTexts(files, tally.refused)) {
      const [, kind, release] = FILE.exec(name) ?? [];
      if (kind === undefined) continue;
      parts.add(release === undefined ? kind : `${kind}-${release}`);
      for (const raw of text.split('\n')) {
        const line = raw.trim();
        if (line === '' || line.startsWith('#')) continue;
        tally.records++;
        const found = readLine(line, kind);
        if (!found) {
          tally.refused.push({ id: line.slice(0, 60), reason: 'not in its columns' });
          continue;
        }
        for (const each of release === undefined ? RELEASES : [release])
          book.add(`${SUPPORT}:Debian:${each}`, '*', found);
      }
    }
    const [part, another] = parts;
    return contentOf(book.all(), tally, another === undefined ? part : undefined);
  },
};

function readLine(line: string, kind: string): Advisory | undefined {
  const common = { scheme: 'deb' as const };
  if (kind === 'limited') {
    const [, name, reason] = LIMITED.exec(line) ?? [];
    return name === undefined
      ? undefined
      : {
          ...common,
          id: name,
          status: 'affected',
          statusDetail: `security support is limited: ${(reason ?? '').slice(0, 200)}`,
        };
  }
  const [, name, , endedAt, reason] = ENDED.exec(line) ?? [];
  if (name === undefined || endedAt === undefined) return undefined;
  return {
    ...common,
    id: name,
    status: 'end-of-life',
    statusDetail: `Debian mends it until ${endedAt}${reason ? `: ${reason.slice(0, 200)}` : ''}`,
    endOfLife: { endedAt },
  };
}
