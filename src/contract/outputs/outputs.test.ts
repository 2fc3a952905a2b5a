import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSbom } from '../../content/sbom/read-sbom.ts';
import { explain } from '../explain.ts';
import { type Report, report as reportSchema, type ReportVulnerability, vulnerabilitiesOf } from '../report.ts';
import { applyJudgements, knownOn } from '../set-aside.ts';
import { type OutputName, outputs } from './outputs.ts';

const layer = { digest: `sha256:${'1'.repeat(64)}`, instruction: 'RUN apt-get install <x>' };
const finding = (id: string, more: Partial<ReportVulnerability> = {}): ReportVulnerability => ({
  kind: 'vulnerability',
  id,
  aliases: [],
  package: {
    purl: 'pkg:deb/debian/libssl3@3.0.9-1?arch=amd64',
    name: 'libssl3',
    version: '3.0.9-1',
    sourceName: 'openssl',
  },
  severity: 'high',
  severitySource: 'Debian',
  status: 'fixed',
  fixedVersion: '3.0.11-1',
  layer,
  references: ['https://example.com/CVE'],
  evidence: {
    feed: 'debian',
    record: id,
    ecosystem: 'Debian:12',
    judgedName: 'openssl',
    judgedVersion: '3.0.9-1',
    comparison: '3.0.9-1 < 3.0.11-1',
    path: 'var/lib/dpkg/status',
  },
  ...more,
});
const HOSTILE = '</td><script>alert(1)</script> | ::error::x\n]]>&"\u0001';
const report: Report = {
  schemaVersion: 1,
  image: { reference: 'registry.example.com/shop/app:1', digest: `sha256:${'2'.repeat(64)}` },
  distribution: {
    id: 'debian',
    version: '10',
    name: 'Debian GNU/Linux 10 (buster)',
    support: 'ended',
    endOfLife: { endedAt: '2022-09-10', extendedAt: '2024-06-30', extendedBy: 'Debian LTS' },
  },
  advisories: {
    digest: `sha256:${'3'.repeat(64)}`,
    feeds: [
      {
        feed: 'debian',
        digest: `sha256:${'4'.repeat(64)}`,
        records: 1,
        refused: 0,
        ecosystems: ['Debian:10'],
        importedAt: '2026-01-01T00:00:00Z',
        licence: 'MIT',
      },
    ],
  },
  analysedAt: '2026-02-01T00:00:00Z',
  judgedAt: '2026-02-01T00:00:00Z',
  packages: [
    {
      purl: 'pkg:deb/debian/libssl3@3.0.9-1?arch=amd64',
      name: 'libssl3',
      version: '3.0.9-1',
      type: 'deb',
      sourceName: 'openssl',
      path: 'var/lib/dpkg/status',
      layer,
    },
  ],
  findings: [
    finding('CVE-2023-0464', {
      cvss: ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
      score: 9.8,
      epss: { score: 0.5, percentile: 0.9 },
      publishedAt: '2023-03-22T00:00:00Z',
    }),
    finding('CVE-2025-0001', { summary: HOSTILE, aliases: ['GHSA-x-y-z'] }),
  ],
  incomplete: [],
};
const tool = { name: 'assay', version: '1.2.3' };
const write = (name: OutputName, of: Report = report) => outputs[name](of, { tool });

void test('every output of a hostile report parses as what it is', () => {
  assert.equal(reportSchema.safeParse(report).success, true);
  for (const name of ['json', 'sarif', 'gitlab', 'cyclonedx', 'cyclonedx-1.7', 'spdx', 'spdx-3.0', 'vulns'] as const)
    assert.equal(typeof JSON.parse(write(name)), 'object', name);
  for (const name of ['html', 'junit'] as const) {
    assert.ok(!write(name).includes('<script'), name);
    assert.ok(!write(name).includes('\u0001'), name);
  }
  assert.ok(!/^::error::x/m.test(write('github')));
  assert.equal(write('github').split('\n').length, 3);
  assert.ok(!/(?<!\\)<script/.test(write('markdown')));
  for (const name of ['table'] as const) assert.ok(!Object.hasOwn(outputs, name));
});

void test('SARIF: a rule for each vulnerability, scores for code scanning, what is set aside is suppressed', () => {
  const aside = applyJudgements(
    report,
    {
      vex: [],
      ignore: [{ source: 'f.yaml', rules: [{ id: 'CVE-2023-0464', reason: 'not reachable', expires: '2026-12-31' }] }],
    },
    Date.parse('2026-02-01'),
  );
  const sarif = JSON.parse(write('sarif', aside)) as {
    version: string;
    runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; suppressions?: unknown[] }[] }[];
  };
  assert.equal(sarif.version, '2.1.0');
  const [run] = sarif.runs;
  assert.deepEqual(
    run?.tool.driver.rules.map((each) => each.id),
    ['CVE-2025-0001', 'CVE-2023-0464'],
  );
  assert.deepEqual(
    run?.results.map((each) => [each.ruleId, each.suppressions?.length ?? 0]),
    [
      ['CVE-2025-0001', 0],
      ['CVE-2023-0464', 1],
    ],
  );
});

void test('end of life is said in every form that people read', () => {
  for (const name of ['markdown', 'html', 'github'] as const)
    assert.match(write(name).replaceAll('\\', ''), /end of life: no fixes since 2024-06-30/, name);
});

void test('what a reader must know first is in every form: end of life, unread files, unknown packages, lapsed rules', () => {
  const rules = [{ id: 'CVE-2023-0464', reason: 'not reachable', expires: '2026-01-31' }];
  const judged = applyJudgements(report, { vex: [], ignore: [{ source: 'f.yaml', rules }] }, Date.parse('2026-02-01'));
  const cautious: Report = {
    ...judged,
    packages: [...report.packages, { ...report.packages[0]!, type: 'npm', name: 'x', purl: 'pkg:npm/x@1' }],
    incomplete: [{ code: 'malformed', path: 'opt/lib.jar', detail: 'a damaged archive' }],
  };
  for (const name of Object.keys(outputs) as OutputName[]) {
    const text = write(name, cautious).replaceAll('\\', '');
    const said =
      name === 'json'
        ? [/"support": "ended"/, /opt\/lib\.jar/, /"expiredAt": "2026-01-31"/]
        : [/no fixes since 2024-06-30/, /opt\/lib\.jar/, /no advisories for npm/, /until 2026-01-31; it counts again/];
    for (const each of said) assert.match(text, each, name);
  }
});

void test('GitLab: what its schema 15.2.1 asks of links, identifiers and times', () => {
  const odd = {
    ...report,
    findings: [finding('CVE-2023-0464', { references: ['ftp://a/b', 'not a link', 'javascript:x'] })],
  };
  const { scan, vulnerabilities } = JSON.parse(write('gitlab', odd)) as {
    scan: Record<string, string>;
    vulnerabilities: { links: { url: string }[]; identifiers: { type: string }[]; location: Record<string, unknown> }[];
  };
  assert.match(scan['start_time'] ?? '', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);
  assert.deepEqual(vulnerabilities[0]?.links, [{ url: 'ftp://a/b' }]);
  assert.equal(vulnerabilities[0]?.identifiers[0]?.type, 'cve');
  assert.deepEqual(Object.keys(vulnerabilities[0]?.location ?? {}).sort(), ['dependency', 'image', 'operating_system']);
});

void test('rules: scope, last day, and no silence after it', () => {
  const rule = {
    id: 'GHSA-x-y-z',
    reason: 'accepted',
    expires: '2026-02-01',
    packages: ['openssl'],
    images: ['registry.example.com/shop/*'],
  };
  const at = (now: string, rules = [rule]) => {
    const found = applyJudgements(report, { vex: [], ignore: [{ source: 'i', rules }] }, Date.parse(now));
    return [found.findings.length, found.suppressed?.length ?? 0];
  };
  assert.deepEqual(at('2026-02-01T23:59:59Z'), [1, 1]);
  assert.deepEqual(at('2026-02-02T00:00:00Z'), [2, 0]);
  assert.deepEqual(at('2026-01-01', [{ ...rule, packages: ['zlib'] }]), [2, 0]);
  assert.deepEqual(at('2026-01-01', [{ ...rule, images: ['other/*'] }]), [2, 0]);
});

void test('statements: the newest decides; only "not affected" and "fixed" set aside', () => {
  const say = (status: 'not-affected' | 'affected', timestamp: string, products: string[] = []) => ({
    ids: ['CVE-2023-0464'],
    status,
    products,
    subcomponents: [],
    timestamp,
    detail: 'words',
  });
  const held = (...statements: ReturnType<typeof say>[]) =>
    applyJudgements(report, { vex: [{ source: 'v', statements }], ignore: [] }, Date.parse('2026-02-01'));
  assert.equal(held(say('not-affected', '2026-01-01')).suppressed?.[0]?.because.status, 'not-affected');
  assert.equal(held(say('not-affected', '2026-01-01'), say('affected', '2026-01-02')).suppressed, undefined);
  assert.match(
    vulnerabilitiesOf(held(say('affected', '2026-01-02')))[0]?.statusDetail ?? '',
    /affected \(VEX\): words/,
  );
  assert.equal(held(say('not-affected', '2026-02-02')).suppressed, undefined);
  assert.equal(held(say('not-affected', '2026-01-01', ['pkg:oci/other'])).suppressed, undefined);
  assert.equal(held(say('not-affected', '2026-01-01', [report.image.digest])).suppressed?.length, 1);
  assert.equal(held(say('not-affected', '2026-01-01', ['pkg:deb/debian/libssl3@3.0.9-1'])).suppressed?.length, 1);
  assert.equal(held(say('not-affected', '2026-01-01', ['pkg:deb/debian/libssl3@3.0.8-1'])).suppressed, undefined);
});

void test('what was known on a day', () => {
  const known = (day: string) => knownOn(report, day).findings.map((each) => each.id);
  assert.deepEqual(known('2023-03-21'), []);
  assert.deepEqual(known('2023-03-22'), ['CVE-2023-0464']);
  assert.deepEqual(known('2025-01-01'), ['CVE-2023-0464', 'CVE-2025-0001']);
});

void test('an explanation names file, layer, instruction, record, comparison and cure', () => {
  const text = explain(report, vulnerabilitiesOf(report)[0]!)
    .map((line) => line.join(' '))
    .join('\n');
  for (const part of [
    'var/lib/dpkg/status',
    layer.digest,
    'RUN apt-get',
    'CVE-2023-0464 of debian',
    '3.0.9-1 < 3.0.11-1',
    'Cleared by openssl 3.0.11-1',
    '50.00 %',
  ])
    assert.ok(text.includes(part), part);
});

void test('bills of materials that were written are read again', () => {
  for (const name of ['cyclonedx', 'cyclonedx-1.7', 'spdx', 'spdx-3.0'] as const) {
    const read = readSbom(Buffer.from(write(name)), name);
    assert.deepEqual(
      read.packages.map(({ found }) => [found.type, found.name, found.version]),
      [['deb', 'libssl3', '3.0.9-1']],
      name,
    );
    assert.equal(read.unnamed, 0, name);
  }
  assert.equal(readSbom(Buffer.from(write('cyclonedx')), 'x').distribution?.version, '10');
});
