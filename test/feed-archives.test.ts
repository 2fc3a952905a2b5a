import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { alpineSecdb } from '../src/content/advisories/alpine.ts';
import { azureOval } from '../src/content/advisories/azure-oval.ts';
import { debianLists } from '../src/content/advisories/debian-lists.ts';
import { debianTracker } from '../src/content/advisories/debian.ts';
import type { FeedContent, FeedReader } from '../src/content/advisories/feed.ts';
import { kev } from '../src/content/advisories/kev.ts';
import { friendsOfPhp, nodejsDatabase, rubySec } from '../src/content/advisories/library-databases.ts';
import { osv } from '../src/content/advisories/osv.ts';
import { rustSec } from '../src/content/advisories/rustsec.ts';

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

/** Reader, archive, its files, records in them, withdrawn and refused ones (of notices that mend no vulnerability …). */
const archives: readonly (readonly [FeedReader, string, string, number, number, number])[] = [
  [osv, 'go-vulndb-osv-2026-08-21.tar.zst', 'data/osv/*.json', 4291, 17, 0],
  [osv, 'almalinux-osv-2026-08-21.tar.zst', 'advisories/**/*.json', 5680, 0, 1200],
  [osv, 'bitnami-vulndb-osv-2026-08-05.tar.zst', 'data/**/*.json', 7444, 0, 0],
  [osv, 'pypa-2024-10-10.tar.zst', 'vulns/**/*.yaml', 2661, 10, 0],
  [rustSec, 'rustsec-2026-08-21.tar.zst', 'crates/**/*.md', 1205, 13, 0],
  [rubySec, 'ruby-advisory-db-2026-08-22.tar.zst', '{gems,rubies}/**/*.yml', 1381, 0, 0],
  [friendsOfPhp, 'php-friends-2026-08-06.tar.zst', '*/**/*.yaml', 1592, 0, 0],
  [nodejsDatabase, 'nodejs-security-wg-2026-04-08.tar.zst', 'vuln/{npm,core}/[0-9]*.json', 638, 0, 0],
];

for (const [reader, archive, pattern, records, withdrawn, refused] of archives)
  void test(`${reader.name}: ${archive}`, { skip: absent(archive) }, () =>
    unpacked(archive, async (root) => {
      const { content, count } = await readFiles(reader, root, pattern);
      assert.equal(count, records);
      assert.deepEqual([content.records, content.withdrawn, content.refused.length], [records, withdrawn, refused]);
      const advisories = content.entries.reduce((sum, entry) => sum + entry.advisories.length, 0);
      process.stdout.write(
        `# ${archive}: ${records} records, ${content.withdrawn} withdrawn, ${content.refused.length} refused, ${content.entries.length} packages, ${advisories} advisories\n`,
      );
      assert.ok(content.entries.length > 100);
    }),
  );

const notices = 'debian-tracker-DSA-DLA-2023-04-02.tar.zst';
void test('Debian’s notices: the lists against the table derived from them', { skip: absent(notices) }, () =>
  unpacked(notices, async (root) => {
    const { content } = await readFiles(debianLists, root, 'data/D*A/list');
    const heads = globSync('data/D*A/list', { cwd: root }).reduce(
      (sum, name) => sum + (readFileSync(join(root, name), 'utf8').match(/^\[/gm)?.length ?? 0),
      0,
    );
    assert.deepEqual([content.records, content.refused.length], [heads, 0]);
    const known = new Set(
      content.entries.flatMap((entry) =>
        entry.advisories.map((each) => `${entry.ecosystem} ${entry.package} ${each.ranges?.[0]?.fixed}`),
      ),
    );
    const codenames: Record<string, string> = { buster: '10', bullseye: '11', stretch: '9', jessie: '8', wheezy: '7' };
    const missing = readFileSync(join(folder, 'debian-dsa-dla-2023-04-02.tsv'), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, release, , version]) => codenames[release ?? ''] && /^\d/.test(version ?? ''))
      .filter(([, release, source, version]) => !known.has(`Debian:${codenames[release!]} ${source} ${version}`));
    assert.deepEqual(missing.slice(0, 3), []);
  }),
);

const oval = 'azurelinux3-oval-2024-10-10.tar.zst';
void test('Azure Linux OVAL: every definition', { skip: absent(oval) }, () =>
  unpacked(oval, async (root) => {
    const { content } = await readFiles(azureOval, root, '*.xml');
    const definitions = readFileSync(join(root, 'azurelinux-3.0-oval.xml'), 'utf8').match(/<definition /g)?.length;
    assert.deepEqual([content.records, content.refused.length], [definitions, 1]);
    assert.equal(content.refused[0]?.reason, 'not applicable, by its own word');
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
  async function* files() {
    yield { name: catalogue, bytes: readFileSync(join(folder, catalogue)) };
  }
  const content = await kev.read(files());
  const bytes = execFileSync('xz', ['-dc', join(folder, catalogue)], { maxBuffer: 1 << 28 });
  const { count } = JSON.parse(bytes.toString('utf8')) as { count: number };
  assert.deepEqual([content.records, content.entries.length, content.refused.length], [count, count, 0]);
});
