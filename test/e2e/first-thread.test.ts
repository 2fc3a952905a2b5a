import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

const ADVISORIES = '../shared/data/advisories/debian-tracker-bookworm-derived.json';

interface Report {
  readonly packages: {
    name: string;
    version: string;
    architecture: string;
    sourceName: string;
    sourceVersion: string;
    purl: string;
  }[];
  readonly findings: { kind: string; id: string; package?: { purl: string } }[];
}

test('skopeo pushes a Debian image; packages equal dpkg-query, findings equal dpkg --compare-versions', {
  skip: existsSync(ADVISORIES) ? false : `${ADVISORIES} is not here`,
}, async (t) => {
  await using server = await startServer();
  const tar = await debianRoot();
  const layout = await layoutOf(tar);
  t.after(() => rmSync(layout, { recursive: true, force: true }));
  const credentials = { ASSAY_USER: 'admin', ASSAY_PASSWORD: ADMIN_PASSWORD };
  await succeed('bin/assay.mjs', ['advisories', 'import', '--server', server.url, ADVISORIES], { env: credentials });
  await succeed('skopeo', [
    'copy',
    '--dest-tls-verify=false',
    `--dest-creds=admin:${ADMIN_PASSWORD}`,
    `oci:${layout}:test`,
    `docker://${server.host}/library/debian:12`,
  ]);
  const pushedAt = performance.now();
  const scan = await succeed('bin/assay.mjs', ['scan', '--format', 'json', `${server.host}/library/debian:12`], {
    env: credentials,
  });
  t.diagnostic(`findings ${Math.round(performance.now() - pushedAt)} ms after the end of the push`);
  const report = JSON.parse(scan) as Report;

  const admin = mkdtempSync(join(tmpdir(), 'assay-dpkg-'));
  t.after(() => rmSync(admin, { recursive: true, force: true }));
  await succeed('tar', ['-xf', tar, '-C', admin, '--strip-components=4', './var/lib/dpkg/status']);
  const format = '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\\n';
  const installed = (await succeed('dpkg-query', [`--admindir=${admin}`, '-W', '-f', format]))
    .trim()
    .split('\n')
    .sort();
  const found = report.packages
    .map((each) => `${each.name} ${each.version} ${each.architecture} ${each.sourceName} ${each.sourceVersion}`)
    .sort();
  assert.deepEqual(found, installed);

  const tracker = JSON.parse(readFileSync(ADVISORIES, 'utf8')) as Record<
    string,
    Record<string, { releases: Record<string, { status: string; fixed_version?: string }> }>
  >;
  const expected = new Set<string>();
  for (const pair of new Set(installed.map((line) => line.split(' ').slice(3).join(' ')))) {
    const [source = '', version = ''] = pair.split(' ');
    for (const [cve, record] of Object.entries(tracker[source] ?? {})) {
      const release = record.releases['bookworm'];
      if (!release || release.fixed_version === '0') continue;
      const affected =
        release.status !== 'resolved' ||
        (await command('dpkg', ['--compare-versions', version, 'lt', release.fixed_version ?? ''])).status === 0;
      if (affected) expected.add(`${source} ${cve}`);
    }
  }
  const sources = new Map(report.packages.map((each) => [each.purl, each.sourceName]));
  const reported = new Set(
    report.findings.flatMap((each) => (each.package ? [`${sources.get(each.package.purl)} ${each.id}`] : [])),
  );
  assert.deepEqual([...reported].sort(), [...expected].sort());
  assert.ok(expected.size > 100, 'the image has real findings');
});
