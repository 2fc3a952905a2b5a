import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterRows, groupByCure, rowsOf } from './cures.ts';
import type { Finding, Severity } from './severity.ts';

interface Given {
  readonly id: string;
  readonly name: string;
  readonly source?: string;
  readonly version?: string;
  readonly fixed?: string;
  readonly severity?: Severity;
  readonly type?: string;
  readonly layer?: string;
  readonly status?: Finding['status'];
}

function finding(given: Given): Finding {
  const version = given.version ?? '1.0';
  return {
    kind: 'vulnerability',
    id: given.id,
    aliases: [],
    package: { purl: `pkg:${given.type ?? 'deb/debian'}/${given.name}@${version}`, name: given.name, version },
    severity: given.severity ?? 'medium',
    severitySource: 'test',
    status: given.status ?? (given.fixed === undefined ? 'affected' : 'fixed'),
    ...(given.fixed !== undefined && { fixedVersion: given.fixed }),
    layer: { digest: given.layer ?? `sha256:${'a'.repeat(64)}` },
    references: [],
    evidence: {
      feed: 'test',
      record: given.id,
      ecosystem: 'Debian:12',
      judgedName: given.source ?? given.name,
      judgedVersion: version,
      comparison: '',
      path: 'var/lib/dpkg/status',
    },
  };
}

test('binary packages of one source are one row with their names', () => {
  const rows = rowsOf([
    finding({ id: 'CVE-1', name: 'libssl3', source: 'openssl' }),
    finding({ id: 'CVE-1', name: 'openssl', source: 'openssl' }),
    finding({ id: 'CVE-2', name: 'openssl', source: 'openssl' }),
  ]);
  assert.equal(rows.length, 2);
  assert.deepEqual(rows[0]?.packages, ['libssl3', 'openssl']);
});

test('system packages of one layer are one change; its command names what is installed', () => {
  const cures = groupByCure(
    rowsOf([
      finding({ id: 'CVE-1', name: 'libssl3', source: 'openssl', fixed: '3.0.9', severity: 'high' }),
      finding({ id: 'CVE-2', name: 'libssl3', source: 'openssl', fixed: '3.0.11' }),
      finding({ id: 'CVE-3', name: 'libexpat1', source: 'expat', fixed: '2.5' }),
    ]),
  );
  assert.equal(cures.length, 1);
  assert.equal(cures[0]?.title, 'Update 2 Debian packages, clears 3');
  assert.match(cures[0]?.command ?? '', /--only-upgrade libexpat1 libssl3$/);
  assert.deepEqual(
    cures[0]?.groups.map((group) => [group.name, group.target]),
    [
      ['openssl', '3.0.11'],
      ['expat', '2.5'],
    ],
  );
});

test('another layer is another change, a language package its own, the worst first', () => {
  const cures = groupByCure(
    rowsOf([
      finding({ id: 'CVE-1', name: 'zlib1g', source: 'zlib', fixed: '2' }),
      finding({ id: 'CVE-2', name: 'tar', fixed: '2', layer: `sha256:${'b'.repeat(64)}`, severity: 'high' }),
      finding({ id: 'CVE-3', name: 'next', type: 'npm', version: '15.3.2', fixed: '15.3.6', severity: 'critical' }),
      finding({ id: 'CVE-4', name: 'next', type: 'npm', version: '15.3.2', fixed: '15.5.9' }),
    ]),
  );
  assert.deepEqual(
    cures.map((cure) => cure.title),
    ['Update next to 15.5.9, clears 2', 'Update tar to 2, clears 1', 'Update zlib to 2, clears 1'],
  );
  assert.equal(cures[0]?.command, 'npm install next@15.5.9');
});

test('what has no fix comes last, in one group that says why', () => {
  const cures = groupByCure(
    rowsOf([
      finding({ id: 'CVE-1', name: 'a', status: 'deferred', severity: 'critical' }),
      finding({ id: 'CVE-2', name: 'a', status: 'will-not-fix' }),
      finding({ id: 'CVE-3', name: 'a', status: 'deferred' }),
      finding({ id: 'CVE-4', name: 'b', fixed: '2', severity: 'low' }),
    ]),
  );
  assert.deepEqual(
    cures.map((cure) => cure.fixable),
    [true, false],
  );
  assert.equal(cures[1]?.title, '3 have no fix yet');
  assert.equal(cures[1]?.detail, '2 put off by the distribution, 1 will not be fixed.');
});

test('a name made for a shell stays out of the command', () => {
  const cures = groupByCure(rowsOf([finding({ id: 'CVE-1', name: 'a; rm -rf /', fixed: '2', type: 'npm' })]));
  assert.equal(cures[0]?.command, undefined);
});

test('filters: fixable, severities, words in any order', () => {
  const rows = rowsOf([
    finding({ id: 'CVE-1', name: 'libssl3', source: 'openssl', fixed: '2', severity: 'high' }),
    finding({ id: 'CVE-2', name: 'tar', severity: 'low' }),
  ]);
  const ids = (filter: Partial<Parameters<typeof filterRows>[1]>) =>
    filterRows(rows, { onlyFixable: false, onlyExploited: false, severities: new Set(), text: '', ...filter }).map(
      (row) => row.id,
    );
  assert.deepEqual(ids({}), ['CVE-1', 'CVE-2']);
  assert.deepEqual(ids({ onlyFixable: true }), ['CVE-1']);
  assert.deepEqual(ids({ severities: new Set<Severity>(['low']) }), ['CVE-2']);
  assert.deepEqual(ids({ text: 'SSL cve-1' }), ['CVE-1']);
  assert.deepEqual(ids({ text: 'ssl cve-2' }), []);
});
