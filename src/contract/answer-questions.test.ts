import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerQuestions, type TrustFacts } from './answer-questions.ts';
import { gapsOf } from './coverage.ts';
import type { Report, ReportVulnerability } from './report.ts';
import { trustReport } from './trust-report.ts';

const feed = {
  feed: 'debian',
  digest: 'sha256:0',
  records: 1,
  refused: 0,
  ecosystems: ['Debian:12'],
  importedAt: '2026-11-21T00:00:00Z',
  licence: 'MIT',
};
const layer = { digest: 'sha256:1' };
const openssl = {
  purl: 'pkg:deb/debian/openssl@1',
  name: 'openssl',
  version: '1',
  type: 'deb',
  path: 'var/lib/dpkg/status',
  layer,
};
const finding = (severity: ReportVulnerability['severity'], more: object = {}): ReportVulnerability => ({
  kind: 'vulnerability',
  id: 'CVE-2099-0001',
  aliases: [],
  package: { purl: openssl.purl, name: 'openssl', version: '1' },
  severity,
  severitySource: 'debian',
  status: 'fixed',
  fixedVersion: '2',
  layer,
  references: [],
  evidence: {
    feed: 'debian',
    record: 'r',
    ecosystem: 'Debian:12',
    judgedName: 'openssl',
    judgedVersion: '1',
    comparison: '1 < 2',
    path: openssl.path,
  },
  ...more,
});

function facts(report: Partial<Report> = {}, more: Partial<TrustFacts> = {}): TrustFacts {
  return {
    report: {
      schemaVersion: 1,
      image: { reference: 'shop/app:1', digest: 'sha256:2' },
      distribution: { id: 'debian', version: '12', name: 'Debian 12' },
      advisories: { digest: 'sha256:3', feeds: [feed] },
      analysedAt: '2026-11-21T00:00:00Z',
      judgedAt: '2026-11-21T00:00:00Z',
      packages: [openssl],
      findings: [],
      incomplete: [],
      ...report,
    },
    settings: {},
    annotations: {},
    attached: [],
    tag: undefined,
    trust: undefined,
    pulls: undefined,
    failOn: 'critical',
    ...more,
  };
}

const fifth = (given: TrustFacts) => answerQuestions(given).answers[4]!;

test('seven answers in their published shape; what is not verified stays undecided', () => {
  const report = answerQuestions(facts());
  assert.deepEqual(trustReport.parse(report), report);
  assert.equal(report.verdict, 'undecided');
  assert.deepEqual(
    report.answers.map((each) => each.state),
    ['undecided', 'undecided', 'undecided', 'undecided', 'yes', 'undecided', 'undecided'],
  );
});

test('a finding at the bar is a definite no, with its evidence; one below is not', () => {
  const bad = fifth(facts({ findings: [finding('critical')] }));
  assert.equal(bad.state, 'no');
  assert.match(bad.evidence[0]!, /CVE-2099-0001 \(critical\) in openssl 1: fixed in 2/);
  assert.equal(fifth(facts({ findings: [finding('high')] })).state, 'yes');
  assert.equal(fifth(facts({ findings: [finding('high')] }, { failOn: 'high' })).state, 'no');
  assert.equal(
    fifth(facts({ findings: [finding('low', { exploited: true })] })).state,
    'no',
    'exploited counts at any severity',
  );
  assert.equal(answerQuestions(facts({ findings: [finding('critical')] })).verdict, 'no');
});

test('what was not read or is not covered is never clean', () => {
  const npm = { ...openssl, type: 'npm', name: 'left-pad', purl: 'pkg:npm/left-pad@1' };
  for (const given of [
    facts({ advisories: { digest: '', feeds: [] } }),
    facts({ distribution: undefined }),
    facts({ packages: [] }),
    facts({ packages: [openssl, npm] }),
    facts({ distribution: { id: 'debian', version: '11', name: 'Debian 11' } }),
    facts({ incomplete: [{ code: 'budget-exceeded', detail: 'too large' }] }),
  ])
    assert.equal(fifth(given).state, 'undecided');
  assert.equal(
    fifth(facts({ findings: [finding('critical')], incomplete: [{ code: 'malformed', detail: 'x' }] })).state,
    'no',
    'a definite no outranks the rest',
  );
});

test('a signature that is there proves nothing', () => {
  const attached = [
    { kind: 'cosign-sig', digest: 'sha256:4' },
    { kind: 'application/vnd.in-toto+json', digest: 'sha256:5' },
  ];
  const { answers } = answerQuestions(facts({}, { attached }));
  assert.deepEqual(
    answers.slice(0, 3).map((each) => each.state),
    ['undecided', 'undecided', 'undecided'],
  );
  assert.match(answers[0]!.statement, /attached, and was not verified/);
  assert.match(answers[1]!.statement, /has not been verified/);
});

test('root is told by no user, name or number', () => {
  const user = (User: string | undefined) => answerQuestions(facts({}, { settings: { User } })).answers[5]!.evidence[0];
  for (const root of [undefined, '', 'root', '0', '0:0', 'root:wheel'])
    assert.equal(user(root), 'runs as root', String(root));
  assert.equal(user('1000:1000'), 'runs as 1000:1000');
});

test('gaps are counted by ecosystem, most packages first', () => {
  const of = (type: string, name: string) => ({ ...openssl, type, name });
  assert.deepEqual(
    gapsOf(facts({ packages: [openssl, { ...of('pypi', 'yaml'), ownedBy: 'python3-yaml' }] }).report),
    [],
  );
  const gaps = gapsOf(facts({ packages: [openssl, of('npm', 'a'), of('npm', 'b'), of('pypi', 'c')] }).report);
  assert.deepEqual(
    gaps.map((each) => each.packages),
    [2, 1],
  );
});
