import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareReports } from './compare.ts';
import type { Report } from './report.ts';

function reportOf(packages: Readonly<Record<string, string>>, findings: readonly string[] = []): Report {
  const layer = { digest: 'sha256:0' };
  return {
    schemaVersion: 1,
    image: { reference: 'a', digest: 'sha256:1' },
    advisories: { digest: '', feeds: [] },
    analysedAt: '',
    judgedAt: '',
    incomplete: [],
    packages: Object.entries(packages).map(([name, version]) => ({
      purl: `pkg:deb/debian/${name}@${version}`,
      name,
      version,
      type: 'deb',
      path: 'var/lib/dpkg/status',
      layer,
    })),
    findings: findings.map((each) => {
      const [id = '', name = ''] = each.split(' ');
      return {
        kind: 'vulnerability',
        id,
        aliases: [],
        package: { purl: '', name, version: packages[name] ?? '' },
        severity: id.endsWith('9') ? 'critical' : 'low',
        severitySource: 'x',
        status: 'affected',
        layer,
        references: [],
        evidence: { feed: '', record: '', ecosystem: '', judgedName: '', judgedVersion: '', comparison: '', path: '' },
      };
    }),
  };
}

void test('two images: packages that came, went and changed, findings that came and went, the worst first', () => {
  const first = reportOf({ openssl: '1', zlib: '1', curl: '7' }, ['CVE-1 openssl', 'CVE-2 zlib']);
  const second = reportOf({ openssl: '2', zlib: '1', bash: '5' }, ['CVE-2 zlib', 'CVE-3 bash', 'CVE-9 openssl']);
  const { packages, findings } = compareReports(first, second);
  assert.deepEqual(packages, {
    added: [{ type: 'deb', name: 'bash', before: [], after: ['5'] }],
    removed: [{ type: 'deb', name: 'curl', before: ['7'], after: [] }],
    changed: [{ type: 'deb', name: 'openssl', before: ['1'], after: ['2'] }],
    same: 1,
  });
  assert.deepEqual(
    findings.added.map(({ id, subject, version }) => `${id} ${subject} ${version}`),
    ['CVE-9 openssl 2', 'CVE-3 bash 5'],
  );
  assert.deepEqual(
    findings.removed.map(({ id }) => id),
    ['CVE-1'],
  );
  assert.equal(findings.same, 1);
  const none = compareReports(first, first);
  assert.deepEqual(
    [none.packages.added, none.packages.changed, none.findings.added, none.packages.same],
    [[], [], [], 3],
  );
});
