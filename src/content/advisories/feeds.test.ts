import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zipOf } from '../../../test/archives.ts';
import { canonicalKey } from '../findings/ecosystems.ts';
import { judge } from '../findings/judge.ts';
import { type Advisory, EXPLOITED } from './advisory.ts';
import { alpineSecdb } from './alpine.ts';
import type { FeedContent, FeedReader } from './feed.ts';
import { recogniseFeed } from './feeds.ts';
import { kev } from './kev.ts';
import { osv } from './osv.ts';
import { rangesOf } from './osv-ranges.ts';

async function read(reader: FeedReader, name: string, content: string | Uint8Array): Promise<FeedContent> {
  const file = { name, bytes: Buffer.from(content) };
  async function* files() {
    yield file;
  }
  assert.equal(recogniseFeed(file).name, reader.name, `${name} is recognised`);
  return reader.read(files());
}

function findings(content: FeedContent, ecosystem: string, name: string, version: string): string[] {
  const entries = content.entries.filter(
    (each) =>
      each.ecosystem === ecosystem && each.package === name.slice(name.includes(':') ? name.lastIndexOf('/') + 1 : 0),
  );
  const all = entries.flatMap((each) => each.advisories.map((advisory: Advisory) => ({ ...advisory, feed: 'f' })));
  return judge(canonicalKey({ ecosystem, name, version }), () => all).map(
    (each) => `${each.id} ${each.fixedVersion ?? each.status}`,
  );
}

const RECORD = {
  id: 'GHSA-aaaa-bbbb-cccc',
  modified: '2026-01-02T00:00:00Z',
  aliases: ['CVE-2026-0001'],
  related: ['CVE-2020-9999'],
  summary: 'a hole',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'x' },
      ranges: [
        {
          type: 'SEMVER',
          events: [{ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }],
        },
      ],
      versions: ['3.3.3'],
    },
  ],
};

void test('OSV: events are a state machine, in whatever order they stand', () => {
  assert.deepEqual(
    rangesOf([{ fixed: '2.1' }, { introduced: '2.0' }, { introduced: '0' }, { last_affected: '1.2' }], 'semver'),
    [{ lastAffected: '1.2' }, { introduced: '2.0', fixed: '2.1' }],
  );
  assert.deepEqual(rangesOf([{ introduced: '0' }], 'deb'), [{}]);
  assert.deepEqual(rangesOf([{ introduced: '1' }, { limit: '3' }], 'semver'), [{ introduced: '1', limit: '3' }]);
  assert.deepEqual(rangesOf([{ introduced: '1' }, { limit: '*' }], 'semver'), [{ introduced: '1' }]);
  assert.deepEqual(rangesOf([{ fixed: '1.0' }], 'semver'), []);
});

void test('OSV: ranges and versions together, aliases but not related ids, severity of the vector', async () => {
  const content = await read(osv, 'x.json', JSON.stringify(RECORD));
  assert.equal(content.part, 'npm');
  assert.equal(content.newestAt, '2026-01-02T00:00:00Z');
  const at = (version: string) => findings(content, 'npm', 'x', version);
  assert.deepEqual(at('1.1.9'), ['CVE-2026-0001 1.2.0']);
  assert.deepEqual(at('1.2.0'), []);
  assert.deepEqual(at('2.0.0-rc.1'), []);
  assert.deepEqual(at('2.0.5'), ['CVE-2026-0001 2.1.0']);
  assert.deepEqual(at('3.3.3'), ['CVE-2026-0001 affected']);
  const advisory = content.entries[0]!.advisories[0]!;
  assert.deepEqual(
    [advisory.severity, advisory.severitySource, advisory.aliases],
    ['critical', 'GHSA, CVSS 3.1 9.8', ['CVE-2026-0001']],
  );
});

void test('OSV: withdrawn records, strange ecosystems and unreadable records are counted, the rest is read', async () => {
  const archive = zipOf({
    'a.json': JSON.stringify(RECORD),
    'b.json': JSON.stringify({ ...RECORD, id: 'GHSA-2', withdrawn: '2026-01-01T00:00:00Z' }),
    'c.json': JSON.stringify({ ...RECORD, affected: [{ package: { ecosystem: 'Nowhere', name: 'x' } }] }),
    'd.json': '{"id": 7}',
    'e.json': '{',
    'README.md': 'text',
  });
  const content = await read(osv, 'all.zip', archive);
  assert.deepEqual([content.records, content.withdrawn, content.entries.length], [5, 1, 1]);
  assert.deepEqual(content.refused.map((each) => each.id).sort(), ['GHSA-aaaa-bbbb-cccc', 'd.json', 'e.json']);
  const lines = await read(osv, 'all.ndjson', `${JSON.stringify(RECORD)}\n${JSON.stringify(RECORD)}\n`);
  assert.equal(lines.records, 2);
});

void test('OSV: a notice is one finding for each CVE, bug-fix notices are none, module fixes hold for their stream', async () => {
  const notice = (id: string, summary: string, fixed: string) => ({
    id,
    summary,
    related: ['CVE-2026-1', 'CVE-2026-2'],
    affected: [
      {
        package: { ecosystem: 'AlmaLinux:9', name: 'npm' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  });
  const content = await read(
    osv,
    'x.json',
    JSON.stringify([
      notice('ALSA-2026:1', 'Important: npm security update', '1:8.1-1.el9'),
      notice('ALSA-2026:2', 'Important: npm security update', '1:8.1-2.el9'),
      notice('ALBA-2026:3', 'npm bug fix update', '1:9-1.el9'),
      notice('ALSA-2026:4', 'Important: nodejs:18 security update', '1:9-1.module_el9'),
    ]),
  );
  assert.deepEqual(findings(content, 'AlmaLinux:9', 'npm', '1:8.0-1.el9'), [
    'CVE-2026-1 1:8.1-2.el9',
    'CVE-2026-2 1:8.1-2.el9',
  ]);
  assert.deepEqual(findings(content, 'AlmaLinux:9', 'nodejs:18/npm', '1:8.0-1.el9').length, 2);
  assert.equal(content.entries[0]!.advisories[0]!.severity, 'high');
  assert.deepEqual(content.entries[0]!.advisories[0]!.aliases, ['ALSA-2026:1']);
});

void test('Alpine secdb: origins, several ids in one entry, "0" is not affected', async () => {
  const content = await read(
    alpineSecdb,
    'main.json',
    JSON.stringify({
      distroversion: 'v3.20',
      reponame: 'main',
      packages: [
        {
          pkg: {
            name: 'openssl',
            secfixes: { '3.1.4-r6': ['CVE-2024-1 GHSA-x-y-z', 'CVE-2024-2'], '0': ['CVE-2024-3'] },
          },
        },
      ],
    }),
  );
  assert.equal(content.part, 'v3.20-main');
  assert.deepEqual(findings(content, 'Alpine:v3.20', 'openssl', '3.1.4-r5'), [
    'CVE-2024-1 3.1.4-r6',
    'CVE-2024-2 3.1.4-r6',
  ]);
  assert.deepEqual(findings(content, 'Alpine:v3.20', 'openssl', '3.1.4-r6'), []);
});

void test('KEV: ids only', async () => {
  const content = await read(
    kev,
    'kev.json',
    JSON.stringify({
      catalogVersion: '1',
      dateReleased: '2026-08-07T00:00:00Z',
      vulnerabilities: [{ cveID: 'CVE-2026-0001', dateAdded: '2026-08-07' }, { cveID: 'x' }],
    }),
  );
  assert.deepEqual([content.records, content.refused.length, content.newestAt], [2, 1, '2026-08-07T00:00:00Z']);
  assert.deepEqual(
    content.entries.map((each) => [each.ecosystem, each.package]),
    [[EXPLOITED, 'CVE-2026-0001']],
  );
});
