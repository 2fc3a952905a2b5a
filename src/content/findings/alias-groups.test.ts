import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinSources, unifyIds } from './alias-groups.ts';
import type { VulnerabilityFinding } from './finding.ts';
import { changesBetween } from './finding-changes.ts';

function finding(feed: string, id: string, aliases: readonly string[], more: Partial<VulnerabilityFinding> = {}) {
  return {
    kind: 'vulnerability',
    id,
    aliases,
    severity: 'low',
    severitySource: feed,
    status: 'affected',
    references: [`https://${feed}`],
    feed,
    recordId: id,
    judged: { ecosystem: 'npm', name: 'x', version: '1.0.0' },
    comparison: `by ${feed}`,
    ...more,
  } satisfies VulnerabilityFinding;
}

void test('ids that are aliases over several steps are one; a CVE number stays what it is', () => {
  const ids = (...findings: VulnerabilityFinding[]) => unifyIds(findings).map((each) => each.id);
  assert.deepEqual(ids(finding('a', 'GHSA-1', ['PYSEC-1']), finding('b', 'PYSEC-1', [])), ['GHSA-1', 'GHSA-1']);
  assert.deepEqual(
    ids(finding('a', 'OSV-1', ['X']), finding('b', 'PYSEC-1', ['X', 'Y']), finding('c', 'GO-1', ['Y', 'CVE-1'])),
    ['CVE-1', 'CVE-1', 'CVE-1'],
  );
  assert.deepEqual(ids(finding('a', 'GHSA-1', []), finding('b', 'GHSA-2', [])), ['GHSA-1', 'GHSA-2']);
  assert.deepEqual(ids(finding('a', 'GHSA-1', ['MAL-2026-1']), finding('b', 'MAL-2026-1', [])), [
    'MAL-2026-1',
    'MAL-2026-1',
  ]);
  // One record of GitHub's stands for two numbers: they stay two.
  assert.deepEqual(
    ids(
      finding('a', 'CVE-1', ['GHSA-1', 'CVE-2']),
      finding('b', 'CVE-1', []),
      finding('c', 'CVE-2', []),
      finding('d', 'P-1', ['GHSA-1']),
    ),
    ['CVE-1', 'CVE-1', 'CVE-2', 'CVE-1'],
  );
  const [first] = unifyIds([finding('b', 'PYSEC-1', ['GHSA-1']), finding('a', 'GHSA-1', [])]);
  assert.deepEqual([first?.id, first?.aliases, first?.recordId], ['GHSA-1', ['PYSEC-1'], 'PYSEC-1']);
});

void test('a vulnerability stands once, with the word of every source and the fix that clears all of them', () => {
  const of = { name: 'x' };
  const other = { name: 'y' };
  const joined = joinSources([
    { package: of, finding: finding('a', 'CVE-1', ['GHSA-1'], { fixedVersion: '1.9.0', status: 'fixed' }) },
    {
      package: of,
      finding: finding('b', 'CVE-1', ['GO-1'], { severity: 'high', fixedVersion: '1.10.0', status: 'fixed' }),
    },
    { package: of, finding: finding('c', 'CVE-1', [], { severity: 'unknown', exploited: true }) },
    { package: of, finding: finding('a', 'CVE-2', []) },
    { package: other, finding: finding('a', 'CVE-1', []) },
  ]);
  assert.deepEqual(
    joined.map((each) => `${each.package.name} ${each.finding.id}`),
    ['x CVE-1', 'x CVE-2', 'y CVE-1'],
  );
  const [one, alone] = joined.map((each) => each.finding);
  assert.deepEqual(
    [one?.severity, one?.severitySource, one?.fixedVersion, one?.status, one?.exploited, one?.aliases],
    ['high', 'b', '1.10.0', 'fixed', true, ['GO-1', 'GHSA-1']],
  );
  assert.deepEqual(
    one?.sources?.map((each) => `${each.feed} ${each.fixedVersion ?? each.status}`),
    ['b 1.10.0', 'a 1.9.0', 'c affected'],
  );
  assert.equal(alone?.sources, undefined);
});

void test('another word on what was known is a change, no new vulnerability', () => {
  const [a, b] = [finding('a', 'CVE-1', []), finding('b', 'CVE-1', [])];
  const counts = (before: VulnerabilityFinding[], after: VulnerabilityFinding[]) => {
    const found = changesBetween(before, after);
    return [found?.added.length, found?.removed.length, found?.changed.length];
  };
  assert.deepEqual(counts([], [a]), [1, 0, 0]);
  assert.deepEqual(counts([a], [a, b]), [0, 0, 1]);
  assert.deepEqual(counts([a, b], [a]), [0, 0, 1]);
  assert.deepEqual(counts([a], []), [0, 1, 0]);
  assert.deepEqual(counts([a, b], [a, b]), [undefined, undefined, undefined]);
});
