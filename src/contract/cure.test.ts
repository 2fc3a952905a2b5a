import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cureOf, smallestCure } from './cure.ts';
import type { Report, ReportVulnerability } from './report.ts';

const finding = (
  id: string,
  name: string,
  ecosystem: string,
  from: string,
  to?: string,
  binary = name,
): ReportVulnerability => ({
  kind: 'vulnerability',
  id,
  aliases: [],
  package: { purl: `pkg:x/${binary}@${from}`, name: binary, version: from, sourceName: name },
  severity: 'high',
  severitySource: 'x',
  status: to === undefined ? 'will-not-fix' : 'fixed',
  ...(to !== undefined && { fixedVersion: to }),
  layer: { digest: '' },
  references: [],
  evidence: { feed: 'f', record: id, ecosystem, judgedName: name, judgedVersion: from, comparison: '', path: '' },
});
const reportOf = (findings: ReportVulnerability[]): Report => ({
  schemaVersion: 1,
  image: { reference: 'a', digest: 'sha256:0' },
  advisories: { digest: '', feeds: [] },
  analysedAt: '2026-01-01T00:00:00Z',
  judgedAt: '2026-01-01T00:00:00Z',
  packages: [],
  findings,
  incomplete: [],
});

void test('the smallest version that clears all of a package, by its own order', async () => {
  const cure = await cureOf(
    reportOf([
      finding('CVE-1', 'openssl', 'Debian:12', '3.0.9-1', '3.0.10-1~deb12u1', 'libssl3'),
      finding('CVE-2', 'openssl', 'Debian:12', '3.0.9-1', '3.0.9-1+deb12u9', 'openssl'),
      finding('CVE-3', 'zlib', 'Debian:12', '1:1.2.13', undefined),
      finding('CVE-4', 'requests', 'PyPI', '2.30', '2.31.0'),
      finding('CVE-5', 'stdlib', 'Go', '1.21.0', '1.21.9'),
      finding('CVE-6', 'x$(reboot)', 'npm', '1.0.0', '1.0.1'),
    ]),
  );
  assert.deepEqual(
    cure.upgrades.map((each) => [each.name, each.to, each.clears]),
    [
      ['openssl', '3.0.10-1~deb12u1', ['CVE-1', 'CVE-2']],
      ['requests', '2.31.0', ['CVE-4']],
      ['stdlib', '1.21.9', ['CVE-5']],
      ['x$(reboot)', '1.0.1', ['CVE-6']],
    ],
  );
  assert.deepEqual(cure.dockerfile, [
    'RUN apt-get update && apt-get install -y --only-upgrade libssl3 openssl && rm -rf /var/lib/apt/lists/*',
    "RUN pip install --no-cache-dir --upgrade 'requests>=2.31.0'",
    '# build with Go 1.21.9 or later',
  ]);
  assert.deepEqual(cure.open, [{ id: 'CVE-3', package: 'zlib', status: 'will-not-fix' }]);
  assert.equal(smallestCure(finding('CVE-4', 'requests', 'PyPI', '2.30', '2.31.0')), 'requests 2.30 → 2.31.0');
});

void test('what the candidate still has is not said to be cleared', async () => {
  const asked: unknown[] = [];
  const cure = await cureOf(
    reportOf([finding('CVE-1', 'a', 'npm', '1.0.0', '1.1.0'), finding('CVE-2', 'a', 'npm', '1.0.0', '1.0.5')]),
    (packages) => {
      asked.push(...packages);
      return Promise.resolve([['CVE-2', 'CVE-9']]);
    },
  );
  assert.deepEqual(asked, [{ ecosystem: 'npm', name: 'a', version: '1.1.0' }]);
  assert.deepEqual([cure.upgrades[0]?.clears, cure.upgrades[0]?.remains], [['CVE-1'], ['CVE-2', 'CVE-9']]);
});
