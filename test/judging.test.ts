import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openAdvisorySets } from '../src/adapters/advisories/sqlite-sets.ts';
import { openSqlite } from '../src/adapters/sqlite/database.ts';
import { advisoryKeyOf } from '../src/content/findings/ecosystems.ts';
import type { InstalledPackage } from '../src/content/inventory/package.ts';
import { systemViewer } from '../src/access/viewer.ts';
import { importFeed } from '../src/work/content/advisories.ts';
import { imageOf } from './contracts/content-fixture.ts';
import { addRepository, keep, manifestOf, pushImage } from './contracts/records-fixture.ts';

const distribution = { id: 'debian', version: '12', name: 'Debian' };
const place = { layer: 0, path: 'var/lib/dpkg/status' };
const installed: readonly InstalledPackage[] = [
  { type: 'deb', name: 'openssl', version: '3.0.1-1', purl: 'pkg:deb/debian/openssl@3.0.1-1', ...place },
  { type: 'npm', name: 'x', version: '1.0.0', purl: 'pkg:npm/x@1.0.0', ...place },
  { type: 'pypi', name: 'y', version: '1', purl: 'pkg:pypi/y@1', ownedBy: 'python3-y', ...place },
];

void test('what no feed covers is unknown until one does; a catalogue marks findings; a changed feed changes them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-judging-'));
  const database = await openSqlite(join(folder, 'assay.sqlite'), 0, keep);
  const advisories = openAdvisorySets(join(folder, 'advisories'));
  const parts = { database, advisories, clock: { now: () => 1000 } };
  const load = (value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value));
    async function* body() {
      yield bytes;
    }
    return importFeed(parts, { fileName: 'feed.json', body: body(), maxBytes: 1 << 24 }, 'test');
  };
  const tracker = (fixed: string) => ({
    openssl: {
      'CVE-2026-0001': { releases: { bookworm: { status: 'resolved', fixed_version: fixed, urgency: 'high' } } },
    },
  });
  const manifest = manifestOf('image', []);
  const unjudged = async () => (await database.records.content.judgement(manifest.digest))?.unjudged;
  const findings = async () => (await database.records.content.findings(manifest.digest)).map((each) => each.finding);
  try {
    await pushImage(database, await addRepository(database, 'library/a'), manifest);
    const packages = installed.map((each, at) => {
      const key = advisoryKeyOf(each, distribution);
      return { package: { id: `id-${at}`, installed: each, key }, findings: [] };
    });
    await database.change(async ({ content }) => {
      await content.setCovered([]);
      await content.setJudgedWith('none');
      await content.putImage(imageOf(manifest.digest), packages, 'none');
    });
    assert.equal(await unjudged(), 2);

    await load(tracker('3.0.2-1'));
    assert.equal(await unjudged(), 1);
    assert.deepEqual(
      (await findings()).map((each) => [each.id, each.exploited]),
      [['CVE-2026-0001', undefined]],
    );

    const marked = await load({
      catalogVersion: '1',
      vulnerabilities: [{ cveID: 'CVE-2026-0001', dateAdded: '2026-01-01' }],
    });
    assert.equal(marked.changedImages, 1);
    assert.deepEqual(
      (await findings()).map((each) => each.exploited),
      [true],
    );

    const cleared = await load(tracker('3.0.1-1'));
    assert.deepEqual([cleared.judgedPackages, cleared.changedImages], [1, 1]);
    assert.deepEqual(await findings(), []);
    assert.equal((await load(tracker('3.0.1-1'))).changedEntries, 0);
    const events = await database.records.events.list(systemViewer('what was judged'), {
      limit: 10,
      type: 'dev.assay.image.judged.v1',
      since: 1000,
    });
    assert.deepEqual(
      events.map(({ data }) => [data['added'], data['removed'], data['changed']]),
      [
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
      ],
    );
  } finally {
    advisories.close();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
