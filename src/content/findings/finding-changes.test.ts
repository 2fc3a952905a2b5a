import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VulnerabilityFinding } from './finding.ts';
import { changesBetween, summaryOf } from './finding-changes.ts';

const finding = (recordId: string, more: Partial<VulnerabilityFinding> = {}): VulnerabilityFinding => ({
  kind: 'vulnerability',
  id: recordId,
  aliases: [],
  severity: 'low',
  severitySource: 'x',
  status: 'affected',
  references: [],
  feed: 'f',
  recordId,
  judged: { ecosystem: 'npm', name: 'x', version: '1' },
  comparison: '',
  ...more,
});

void test('added, removed and changed; nothing when nothing differs', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((id) => finding(id)) as [
    VulnerabilityFinding,
    VulnerabilityFinding,
    VulnerabilityFinding,
  ];
  assert.equal(changesBetween([a, b], [b, a]), undefined);
  const worse = finding('B', { severity: 'critical', fixedVersion: '2' });
  const changes = changesBetween([a, b], [worse, c])!;
  assert.deepEqual(
    [changes.added, changes.removed, changes.changed].map((some) => some.map((each) => each.id)),
    [['C'], ['A'], ['B']],
  );
  const summary = summaryOf([changes, changes], 2);
  assert.deepEqual([summary.added, summary.removed, summary.changed], [1, 1, 1]);
  assert.deepEqual(summary.lines[0], {
    change: 'changed',
    id: 'B',
    severity: 'critical',
    package: 'x',
    version: '1',
    fixedVersion: '2',
  });
  assert.equal(summary.lines.length, 2);
});
