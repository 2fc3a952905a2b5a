import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { openAdvisorySets } from '../src/adapters/advisories/sqlite-sets.ts';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import { httpClient } from '../src/cli/client/http.ts';
import type { FeedAddress } from '../src/content/advisories/feed.ts';
import { feedReader } from '../src/content/advisories/feeds.ts';
import type { AdvisorySets } from '../src/ports/advisory-sets.ts';
import { nvdIncrement, type NvdWindows } from '../src/work/content/increments/nvd-increment.ts';
import { FeedUpdates } from '../src/work/content/update-feeds.ts';
import { tarOf, zipOf } from './archives.ts';
import { Random } from './random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A publisher whose files change between questions; it tells what it was asked for. */
async function publisher() {
  const files = new Map<string, string | Uint8Array>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const found = files.get(decodeURIComponent(request.url!));
    if (found === undefined) response.writeHead(404).end();
    else response.writeHead(200, { etag: `"${found.length}"` }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    files,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What was asked for since the last time. */
    asked: () => asked.splice(0).map((each) => each.split('/').at(-1)!),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An address that is of use whatever is stored. */
function always({ ecosystems: _ecosystems, ...address }: FeedAddress): FeedAddress {
  return address;
}

async function house(mirror: string, feed: string, ecosystem: string) {
  const folder = mkdtempSync(join(tmpdir(), 'assay-increments-'));
  const database = await openSqlite(join(folder, 'assay.sqlite'), 0, { afterUploadMs: 0, afterDeleteMs: 0 });
  const advisories = openAdvisorySets(join(folder, 'advisories'));
  let now = Date.parse('2026-03-01T12:00:00Z');
  const reader = feedReader(feed);
  const updates = new FeedUpdates({
    database,
    advisories,
    clock: { now: () => now },
    http: httpClient(() => Promise.resolve([])),
    feeds: [feed],
    mirror,
    everyHours: 6,
    readers: [
      { ...reader, sources: reader.sources.filter((each) => each.ecosystems?.includes(ecosystem)).map(always) },
    ],
  });
  return {
    advisories,
    async update(after: number) {
      now += after;
      await updates.update([feed], new AbortController().signal);
      return (await database.records.content.feedSources())[0];
    },
    async [Symbol.asyncDispose]() {
      advisories.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a set says, without the order in which it says it. */
function said(advisories: Pick<AdvisorySets, 'entries' | 'current'>): string[] {
  return advisories
    .current()
    .feeds.flatMap(({ feed }) => [...advisories.entries(feed)])
    .flatMap((entry) => entry.advisories.map((each) => `${entry.ecosystem} ${entry.package} ${JSON.stringify(each)}`))
    .sort();
}

interface Record {
  readonly id: string;
  readonly modified: string;
  readonly [member: string]: unknown;
}

const record = (id: string, modified: string, names: readonly string[], fixed: string, more: object = {}): Record => ({
  id,
  modified,
  affected: names.map((name) => ({
    package: { ecosystem: 'npm', name },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
  })),
  ...more,
});

function publish(files: Map<string, string | Uint8Array>, base: string, records: readonly Record[]): void {
  for (const path of files.keys()) if (path.startsWith(base)) files.delete(path);
  files.set(
    `${base}/all.zip`,
    zipOf(Object.fromEntries(records.map((each) => [`${each.id}.json`, JSON.stringify(each)]))),
  );
  const newest = records.toSorted((a, b) => (a.modified < b.modified ? 1 : -1));
  files.set(`${base}/modified_id.csv`, newest.map((each) => `${each.modified},${each.id}\n`).join(''));
  for (const each of records) files.set(`${base}/${each.id}.json`, JSON.stringify(each, null, 2));
}

void test('OSV: only records that changed are fetched; what they said before is gone, and once a week all is read', async () => {
  await using source = await publisher();
  await using own = await house(source.url, 'osv', 'npm');
  const base = '/osv-vulnerabilities.storage.googleapis.com/npm';
  const old = '2026-01-01T00:00:00Z';
  const first = [
    record('GHSA-1', old, ['a', 'b'], '1.0.0'),
    record('GHSA-2', old, ['a'], '2.0.0', { aliases: ['GHSA-1'] }),
    record('GHSA-3', '2026-02-01T00:00:00Z', ['c'], '3.0.0'),
    record('GHSA-4', old, ['d'], '4.0.0'),
  ];
  publish(source.files, base, first);
  assert.equal((await own.update(0))?.lastError, undefined);
  assert.deepEqual(source.asked(), ['all.zip']);
  // A record moves to another package, another is withdrawn, a third is new.
  const second = [
    record('GHSA-1', '2026-03-01T13:00:00Z', ['b', 'e'], '1.1.0'),
    first[1]!,
    { ...record('GHSA-3', '2026-03-01T13:30:00Z', ['c'], '3.0.0'), withdrawn: '2026-03-01T13:30:00Z' },
    first[3]!,
    record('GHSA-5', '2026-03-01T15:00:00Z', ['f'], '5.0.0'),
  ];
  publish(source.files, base, second);
  assert.equal((await own.update(6 * HOUR))?.lastError, undefined);
  assert.deepEqual(source.asked().sort(), ['GHSA-1.json', 'GHSA-3.json', 'GHSA-5.json', 'modified_id.csv']);
  const amended = said(own.advisories);
  const [status] = own.advisories.current().feeds;
  assert.deepEqual([status?.newestAt, status?.records], ['2026-03-01T15:00:00Z', 5]);
  assert.ok((status?.amendedAt ?? 0) > (status?.importedAt ?? 0));
  // Nothing is new: the list alone.
  await own.update(6 * HOUR);
  assert.deepEqual(source.asked(), ['modified_id.csv', 'GHSA-5.json']);
  assert.deepEqual(said(own.advisories), amended);
  // A record of the list that is not there: what that means, all of the feed tells.
  source.files.delete(`${base}/GHSA-5.json`);
  await own.update(6 * HOUR);
  assert.deepEqual(source.asked(), ['modified_id.csv', 'GHSA-5.json', 'all.zip']);
  assert.deepEqual(said(own.advisories), amended);
  // The whole of it says the same.
  await own.update(8 * DAY);
  assert.deepEqual(source.asked(), ['all.zip']);
  assert.deepEqual(said(own.advisories), amended);
  // A record that cannot be read, and a list that is not there: all is read.
  source.files.set(`${base}/GHSA-5.json`, '{');
  await own.update(6 * HOUR);
  assert.deepEqual(source.asked(), ['modified_id.csv', 'GHSA-5.json', 'all.zip']);
  source.files.delete(`${base}/modified_id.csv`);
  await own.update(6 * HOUR);
  assert.deepEqual(source.asked(), ['modified_id.csv', 'all.zip']);
});

void test('OSV notices: a notice that changes takes away what it said of each of its CVEs, random histories', async () => {
  await using source = await publisher();
  await using own = await house(source.url, 'osv', 'AlmaLinux');
  const base = '/osv-vulnerabilities.storage.googleapis.com/AlmaLinux';
  const random = new Random(20261127);
  let at = Date.parse('2026-03-01T00:00:00Z');
  const notice = (id: number): Record => ({
    id: `ALSA-2026:${id}`,
    modified: new Date((at += 60_000)).toISOString(),
    related: Array.from({ length: 1 + random.below(3) }, () => `CVE-2026-000${random.below(6)}`),
    affected: Array.from({ length: 1 + random.below(3) }, () => ({
      package: { ecosystem: 'AlmaLinux:9', name: `p${random.below(4)}` },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: `1-${random.below(9)}.el9` }] }],
    })),
  });
  const records = Array.from({ length: 12 }, (_, id) => notice(id));
  publish(source.files, base, records);
  await own.update(0);
  for (let round = 0; round < 4; round++) {
    at += HOUR;
    for (let left = 1 + random.below(3); left > 0; left--) {
      const id = random.below(records.length + 1);
      records[id] = notice(id);
    }
    publish(source.files, base, records);
    source.asked();
    assert.equal((await own.update(HOUR))?.lastError, undefined);
    assert.ok(!source.asked().includes('all.zip'));
    await using fresh = await house(source.url, 'osv', 'AlmaLinux');
    await fresh.update(0);
    assert.deepEqual(said(own.advisories), said(fresh.advisories));
  }
});

const vex = (cve: string, at: string, fixed: string) =>
  JSON.stringify({
    document: {
      category: 'csaf_vex',
      publisher: { name: 'Red Hat Product Security' },
      tracking: { id: cve, current_release_date: at },
    },
    product_tree: {
      branches: [
        { product: { product_id: 'B', product_identification_helper: { cpe: 'cpe:/o:redhat:enterprise_linux:9' } } },
        {
          product: {
            product_id: 'p',
            product_identification_helper: { purl: `pkg:rpm/redhat/p@${fixed}?arch=x86_64` },
          },
        },
      ],
      relationships: [
        { full_product_name: { product_id: 'B:p' }, product_reference: 'p', relates_to_product_reference: 'B' },
      ],
    },
    vulnerabilities: [{ cve, product_status: { fixed: ['B:p'] } }],
  });

void test('Red Hat: the archive that the list names, then changes and deletions', async () => {
  await using source = await publisher();
  await using own = await house(source.url, 'redhat', 'Red Hat');
  const base = '/security.access.redhat.com/data/csaf/v2/vex';
  const file = (cve: string) => `2026/${cve.toLowerCase()}.json`;
  const old = '2026-02-01T00:00:00+00:00';
  source.files.set(`${base}/archive_latest.txt`, 'csaf_vex_2026-02-28.tar.zst\n');
  source.files.set(
    `${base}/csaf_vex_2026-02-28.tar.zst`,
    zstdCompressSync(
      tarOf(
        ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0003'].map((cve) => ({
          path: file(cve),
          content: vex(cve, old, '1-1.el9'),
        })),
      ),
    ),
  );
  assert.equal((await own.update(0))?.lastError, undefined);
  assert.deepEqual(source.asked(), ['archive_latest.txt', 'csaf_vex_2026-02-28.tar.zst']);
  const fixes = () =>
    own.advisories
      .current()
      .lookUp('Red Hat:enterprise_linux:9', 'p')
      .map((each) => `${each.id} ${each.ranges?.[0]?.fixed}`)
      .sort();
  assert.equal(fixes().length, 3);
  source.files.set(
    `${base}/changes.csv`,
    `"${file('CVE-2026-0001')}","2026-03-01T01:00:00+00:00"\n"${file('CVE-2026-0004')}","2026-03-01T00:00:00+00:00"\n"${file('CVE-2026-0002')}","2020-01-01T00:00:00+00:00"\n"../x.json","2026-03-01T00:00:00+00:00"\n`,
  );
  source.files.set(`${base}/deletions.csv`, `"${file('CVE-2026-0003')}","2026-03-01T00:00:00+00:00"\n`);
  for (const [cve, fixed] of [
    ['CVE-2026-0001', '1-9.el9'],
    ['CVE-2026-0004', '1-4.el9'],
  ] as const)
    source.files.set(`${base}/${file(cve)}`, vex(cve, '2026-03-01T01:00:00+00:00', fixed));
  assert.equal((await own.update(6 * HOUR))?.lastError, undefined);
  assert.deepEqual(source.asked().sort(), ['changes.csv', 'cve-2026-0001.json', 'cve-2026-0004.json', 'deletions.csv']);
  assert.deepEqual(fixes(), ['CVE-2026-0001 1-9.el9', 'CVE-2026-0002 1-1.el9', 'CVE-2026-0004 1-4.el9']);
  source.files.set(`${base}/archive_latest.txt`, '../../etc/passwd');
  assert.match((await own.update(8 * DAY))?.lastError ?? '', /does not name a file beside it/);
  assert.equal(fixes().length, 3);
});

void test('feeds that another file leads to: an index of a repository, a list of mirrors', async () => {
  await using source = await publisher();
  const notice = (id: string, release: string) =>
    `<updates><update type="security"><id>${id}</id><references><reference id="CVE-2026-0001" type="cve"/></references><pkglist><collection><package name="p" version="1" release="${release}" epoch="0" arch="x86_64"/></collection></pkglist></update></updates>`;
  const index = (file: string) =>
    `<repomd><data type="primary"><location href="repodata/primary.xml.gz"/></data><data type="updateinfo"><location href="${file}"/></data></repomd>`;
  const rocky = '/download.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os';
  source.files.set(`${rocky}/repodata/repomd.xml`, index('repodata/1234-updateinfo.xml'));
  source.files.set(`${rocky}/repodata/1234-updateinfo.xml`, notice('RLSA-2026:0001', '2.el9'));
  await using own = await house(source.url, 'rocky', 'Rocky Linux:9');
  await own.update(0);
  assert.deepEqual(
    own.advisories.current().feeds.map((each) => `${each.feed} ${each.records}`),
    ['rocky-9-baseos 1'],
  );
  const cdn = '/cdn.amazonlinux.com';
  source.files.set(
    `${cdn}/al2023/core/mirrors/latest/x86_64/mirror.list`,
    'https://cdn.amazonlinux.com/al2023/core/guids/1/x86_64/\n',
  );
  source.files.set(`${cdn}/al2023/core/guids/1/x86_64/repodata/repomd.xml`, index('repodata/updateinfo.xml'));
  source.files.set(
    `${cdn}/al2023/core/guids/1/x86_64/repodata/updateinfo.xml`,
    notice('ALAS2023-2026-001', '2.amzn2023'),
  );
  await using amazon = await house(source.url, 'amazon', 'Amazon Linux:2023');
  assert.equal((await amazon.update(0))?.lastError, undefined);
  assert.deepEqual(
    amazon.advisories.current().feeds.map((each) => each.feed),
    ['amazon-2023'],
  );
  source.files.set(`${rocky}/repodata/repomd.xml`, index('../../../etc/passwd'));
  await own.update(HOUR);
  assert.equal(own.advisories.current().feeds.length, 1);
});

void test('NVD: one window for all years, page by page; too much of it is read whole', async () => {
  const asked: string[] = [];
  const all = Array.from({ length: 4500 }, (_, at) => ({
    cve: { id: `CVE-${at % 2 === 0 ? 2025 : 2026}-${10_000 + at}` },
  }));
  const request = (year: number, total = all.length) => ({
    url: `https://nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-${year}.json.gz`,
    newestAt: '2026-03-01T00:00:00Z',
    now: Date.parse('2026-03-02T00:00:00Z'),
    get: (url: string) => {
      asked.push(url);
      const start = Number(new URL(url).searchParams.get('startIndex'));
      const page = { totalResults: total, vulnerabilities: all.slice(start, start + 2000) };
      return Promise.resolve(
        (async function* () {
          yield Buffer.from(JSON.stringify(page));
        })(),
      );
    },
  });
  const windows: NvdWindows = new Map();
  assert.equal((await nvdIncrement(request(2025), windows, 0))?.lines.length, 2250);
  assert.equal((await nvdIncrement(request(2026), windows, 0))?.lines.length, 2250);
  assert.equal(asked.length, 3);
  assert.match(asked[0]!, /lastModStartDate=2026-02-28T23:00:00\.000&lastModEndDate=2026-03-02T00:00:00\.000/);
  assert.equal(await nvdIncrement(request(2025, 20_000), new Map(), 0), undefined);
  assert.equal(await nvdIncrement({ ...request(2025), newestAt: '2025-01-01T00:00:00Z' }, new Map(), 0), undefined);
});
