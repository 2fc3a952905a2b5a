import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alpineSecdb } from '../src/content/advisories/alpine.ts';
import { debianTracker } from '../src/content/advisories/debian.ts';
import type { FeedContent, FeedReader } from '../src/content/advisories/feed.ts';
import { kev } from '../src/content/advisories/kev.ts';
import { osv } from '../src/content/advisories/osv.ts';

/** Real feeds beside the checkout; what a feed holds is counted here without the reader. */
const folder = join(import.meta.dirname, '../../shared/data/advisories');
const absent = (name: string) =>
  existsSync(join(folder, name)) ? false : 'the real feeds are not beside this checkout';

async function readFiles(
  reader: FeedReader,
  root: string,
  pattern: string,
): Promise<{ content: FeedContent; count: number }> {
  const names = globSync(pattern, { cwd: root }).sort();
  async function* files() {
    for (const name of names) yield { name, bytes: readFileSync(join(root, name)) };
  }
  return { content: await reader.read(files()), count: names.length };
}

function unpacked<T>(archive: string, use: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'assay-feed-'));
  execFileSync('tar', ['--zstd', '-xf', join(folder, archive), '-C', root]);
  return use(root).finally(() => rmSync(root, { recursive: true, force: true }));
}

const archives: readonly (readonly [string, string, number, number])[] = [
  ['go-vulndb-osv-2026-08-21.tar.zst', 'data/osv/*.json', 4291, 17],
  ['almalinux-osv-2026-08-21.tar.zst', 'advisories/**/*.json', 5680, 0],
  ['bitnami-vulndb-osv-2026-08-05.tar.zst', 'data/**/*.json', 7444, 0],
  ['pypa-2024-10-10.tar.zst', 'vulns/**/*.yaml', 2661, -1],
];

for (const [archive, pattern, records, withdrawn] of archives)
  void test(`OSV: ${archive}`, { skip: absent(archive) }, () =>
    unpacked(archive, async (root) => {
      const { content, count } = await readFiles(osv, root, pattern);
      assert.equal(count, records);
      assert.equal(content.records, records);
      assert.deepEqual(content.refused.slice(0, 3), []);
      if (withdrawn >= 0) assert.equal(content.withdrawn, withdrawn);
      const advisories = content.entries.reduce((sum, entry) => sum + entry.advisories.length, 0);
      process.stdout.write(
        `# ${archive}: ${records} records, ${content.withdrawn} withdrawn, ${content.entries.length} packages, ${advisories} advisories\n`,
      );
      assert.ok(content.entries.length > 100);
    }),
  );

void test('Alpine secdb of 2020', { skip: absent('alpine-secdb-2020-06-08.tar.zst') }, () =>
  unpacked('alpine-secdb-2020-06-08.tar.zst', async (root) => {
    const { content, count } = await readFiles(alpineSecdb, root, 'v*/*.yaml');
    const listed = globSync('v*/*.yaml', { cwd: root }).reduce(
      (sum, name) => sum + (readFileSync(join(root, name), 'utf8').match(/^ *-? *pkg:/gm)?.length ?? 0),
      0,
    );
    assert.equal(content.records, listed, `${count} files`);
    assert.deepEqual(content.refused, []);
    process.stdout.write(`# Alpine secdb: ${count} files, ${content.records} packages\n`);
  }),
);

void test('Debian tracker, derived for bookworm', {
  skip: absent('debian-tracker-bookworm-derived.json'),
}, async () => {
  const { content } = await readFiles(debianTracker, folder, 'debian-tracker-bookworm-derived.json');
  const raw = JSON.parse(readFileSync(join(folder, 'debian-tracker-bookworm-derived.json'), 'utf8')) as Record<
    string,
    object
  >;
  assert.equal(
    content.records,
    Object.values(raw).reduce((sum, cves) => sum + Object.keys(cves).length, 0),
  );
  assert.deepEqual(content.refused, []);
});

const catalogue = 'kev/known_exploited_vulnerabilities-2026-08-08.json.xz';
void test('KEV', { skip: absent(catalogue) }, async () => {
  const bytes = execFileSync('xz', ['-dc', join(folder, catalogue)], { maxBuffer: 1 << 28 });
  async function* files() {
    yield { name: 'kev.json', bytes };
  }
  const content = await kev.read(files());
  const { count } = JSON.parse(bytes.toString('utf8')) as { count: number };
  assert.deepEqual([content.records, content.entries.length, content.refused.length], [count, count, 0]);
});
