import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctSecrets, groupByRule, headingOf, placeInWords } from './observations.ts';
import type { Observation } from './severity.ts';

const observation = (more: Partial<Observation>): Observation => ({
  kind: 'secret',
  id: 'x',
  aliases: [],
  title: 'X',
  severity: 'high',
  severitySource: 'assay',
  status: 'affected',
  place: 'file',
  references: [],
  ...more,
});

void test('one secret in two places is one secret and two places', () => {
  const some = [
    observation({ path: 'a', fingerprint: 'f' }),
    observation({ path: 'b', fingerprint: 'f' }),
    observation({ path: 'c', fingerprint: 'g', severity: 'critical' }),
  ];
  assert.equal(distinctSecrets(some), 2);
  assert.equal(headingOf('secret', some), '2 secrets');
  assert.deepEqual(
    groupByRule(some, 'secret').map((group) => [group.first.severity, group.places.length]),
    [
      ['critical', 1],
      ['high', 2],
    ],
  );
});

void test('places in words', () => {
  assert.equal(placeInWords(observation({ path: 'app/.env', line: 3 })), 'app/.env, line 3');
  assert.equal(placeInWords(observation({ place: 'history', line: 4 })), 'step 4 of the history');
  assert.equal(placeInWords(observation({ place: 'environment', path: 'TOKEN' })), 'variable TOKEN');
});
