import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Random } from '../test/random.ts';
import { openLayoutTarget } from '../src/adapters/images/layout-target.ts';
import { openOciLayout } from '../src/adapters/images/oci-layout.ts';
import { openAdvisorySets } from '../src/adapters/advisories/sqlite-sets.ts';
import type { Advisory } from '../src/content/advisories/advisory.ts';
import { type FeedContent, type FeedFile, feedName, type FeedReader } from '../src/content/advisories/feed.ts';
import { feedFiles } from '../src/content/advisories/feed-unpack.ts';
import { feedReader, recogniseFeed } from '../src/content/advisories/feeds.ts';
import { parseReference } from '../src/oci/reference.ts';
import type { AdvisorySets } from '../src/ports/advisory-sets.ts';
import { publishSet, readSet } from '../src/work/content/publish-set.ts';
import { takeSet } from '../src/work/content/take-set.ts';
import type { BenchRow, BenchTable } from './table.ts';

/** Real feeds; without them there is nothing to measure. */
const folder = process.env['ASSAY_FEEDS'] ?? join(import.meta.dirname, '../../shared/data/advisories');
const READERS: Readonly<Record<string, string>> = {
  'ruby-advisory-db': 'rubysec',
  'php-friends': 'php',
  'nodejs-security-wg': 'nodejs',
  rustsec: 'rustsec',
};

/** The files of a feed; of OSV feeds those records are left out that were changed on or after a day. */
async function* filesOf(path: string, before: string | undefined): AsyncGenerator<FeedFile> {
  for await (const file of feedFiles({ name: basename(path), bytes: readFileSync(path) }, [])) {
    const modified = /"modified":\s*"([^"]+)"/.exec(Buffer.from(file.bytes).toString('utf8', 0, 4096))?.[1];
    if (before === undefined || modified === undefined || modified < before) yield file;
  }
}

async function readerOf(path: string): Promise<FeedReader> {
  const named = Object.entries(READERS).find(([start]) => basename(path).startsWith(start))?.[1];
  return named === undefined ? recogniseFeed({ name: basename(path), bytes: readFileSync(path) }) : feedReader(named);
}

async function fill(sets: AdvisorySets, path: string, before: string | undefined): Promise<FeedContent> {
  const reader = await readerOf(path);
  const content = await reader.read(filesOf(path, before));
  await sets.replace({ name: feedName(reader, content), licence: reader.licence, content, at: 0 });
  return content;
}

/** Changes a fix in some advisories, chosen by a seed over all feeds. */
async function change(sets: AdvisorySets, count: number): Promise<void> {
  const random = new Random(20261127);
  const feeds = sets.current().feeds;
  const total = feeds.reduce((sum, each) => sum + each.records, 0);
  for (const { feed, licence, records } of feeds) {
    const entries = [...sets.entries(feed)].map((each) => ({ ...each, advisories: [...each.advisories] }));
    for (let left = Math.round((count * records) / total); left > 0; left--) {
      const entry = entries[random.below(entries.length)]!;
      const at = random.below(entry.advisories.length);
      const old = entry.advisories[at]!;
      entry.advisories[at] = { ...old, statusDetail: `changed ${left}` } satisfies Advisory;
    }
    const content = { entries, records, withdrawn: 0, refused: [] };
    await sets.replace({ name: feed, licence, content, at: 1 });
  }
}

const TITLE = 'A published set of advisories';

/** Size of a compiled set of the feeds at hand, of what travels for a day's changes, and how long each side takes. */
export async function run(): Promise<BenchTable> {
  if (!existsSync(folder)) return { title: TITLE, notes: ['the real feeds are not here'], rows: [] };
  const work = mkdtempSync(join(tmpdir(), 'assay-set-'));
  const paths = globSync('*.tar.zst', { cwd: folder })
    .filter((name) => !name.startsWith('format-samples'))
    .concat(['debian-tracker-bookworm-derived.json'], globSync('kev/known*.json', { cwd: folder }))
    .map((name) => join(folder, name));
  try {
    const publisher = openAdvisorySets(join(work, 'publisher'));
    const reader = openAdvisorySets(join(work, 'reader'));
    const reference = parseReference(`oci:${join(work, 'layout')}:set`);
    if (reference.transport !== 'oci') throw new Error('a layout is not a layout');
    let previous: Parameters<typeof publishSet>[3]['previous'];
    const publish = async () => {
      const target = await openLayoutTarget(reference);
      const from = performance.now();
      const made = await publishSet(publisher.entries, publisher.current().feeds, target, {
        previous,
        now: Date.now(),
      });
      const source = await openOciLayout(reference);
      previous = { set: await readSet(source), source };
      return { ...made, ms: performance.now() - from };
    };
    const take = async (signed: string) => {
      const from = performance.now();
      const taken = await takeSet(reader, () => openOciLayout(reference), { source: 'bench', signed, at: 0 });
      const changed = taken.changed.length;
      return { bytes: taken.bytes, changed, ms: performance.now() - from };
    };
    const newest = new Map<string, string>();
    for (const path of paths) newest.set(path, (await fill(publisher, path, undefined)).newestAt?.slice(0, 10) ?? '9');
    for (const path of paths) await fill(publisher, path, newest.get(path));
    const whole = await publish();
    const first = await take(whole.manifest);
    for (const path of paths) await fill(publisher, path, undefined);
    const day = await publish();
    const second = await take(day.manifest);
    await change(publisher, 500);
    const seeded = await publish();
    const third = await take(seeded.manifest);
    const records = publisher.current().feeds.reduce((sum, each) => sum + each.records, 0);
    const same = reader.current().digest === publisher.current().digest;
    publisher.close();
    reader.close();
    const size = (what: string, bytes: number, limit: number): BenchRow => ({
      what,
      unit: 'kB',
      assay: bytes / 1000,
      budget: `≤ ${limit} MB`,
      met: bytes <= limit * 1e6,
      runs: 1,
    });
    const time = (what: string, ms: number, limit: number): BenchRow => ({
      what,
      unit: 's',
      assay: ms / 1000,
      budget: `≤ ${limit} s`,
      met: ms <= limit * 1000,
      runs: 1,
    });
    const largest = whole.feeds.toSorted((a, b) => b.whole - a.whole).slice(0, 3);
    return {
      title: TITLE,
      notes: [
        `\`ASSAY_FEEDS=… npm run bench -- advisory-set\`: ${whole.feeds.length} feeds of ${records} records; largest ${largest.map((each) => `${each.feed} ${(each.whole / 1e6).toFixed(2)} MB`).join(', ')}`,
        `both sides hold the same in the end: ${same ? 'yes' : 'NO'}`,
      ],
      rows: [
        size('the set, packed', first.bytes, 60),
        time('made from feeds in force', whole.ms, 60),
        time('taken whole', first.ms, 10),
        size(`delta: newest day of each OSV feed (${second.changed} packages)`, second.bytes, 1),
        time('its delta made', day.ms, 60),
        time('its delta taken', second.ms, 10),
        size(`delta: 500 advisories over all feeds (${third.changed} packages)`, third.bytes, 1),
        time('its delta taken', third.ms, 10),
      ],
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
