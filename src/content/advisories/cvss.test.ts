import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cvss2Scores } from './cvss/v2.ts';
import { cvss3Scores } from './cvss/v3.ts';
import { cvss4Score } from './cvss/v4.ts';
import { macroVectorScores } from './cvss/v4-scores.ts';
import { cvssScore, decidingVector, severityOfScore } from './cvss.ts';

void test('CVSS 2.0: the examples of the guide, section 3.3', () => {
  assert.deepEqual(cvss2Scores('AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H'), {
    base: 7.8,
    temporal: 6.4,
    environmental: 9.2,
  });
  assert.deepEqual(cvss2Scores('AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C'), { base: 10, temporal: 8.3 });
  assert.deepEqual(cvss2Scores('(AV:L/AC:H/Au:N/C:C/I:C/A:C)'), { base: 6.2 });
  assert.deepEqual(cvss2Scores('AV:N/AC:L/Au:N/C:N/I:N/A:N'), { base: 0 });
});

void test('CVSS 3.0 and 3.1: examples of the specification’s document', () => {
  const scores: readonly (readonly [string, number])[] = [
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
    ['CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N', 0],
  ];
  for (const [vector, score] of scores) assert.equal(cvss3Scores(vector)?.base, score, vector);
  assert.deepEqual(cvss3Scores('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C/CR:L/MAV:L'), {
    base: 9.8,
    temporal: 8.8,
    environmental: 7.3,
  });
});

void test('CVSS 4.0: examples of the specification’s document, threat and environmental metrics in the one score', () => {
  const scores: readonly (readonly [string, number])[] = [
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10],
    ['CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3],
    ['CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 8.1],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:H/SI:H/SA:H/MSI:S', 9.8],
  ];
  for (const [vector, score] of scores) assert.equal(cvss4Score(vector), score, vector);
  assert.equal(macroVectorScores.size, 270);
});

void test('a vector that is damaged has no score', () => {
  for (const vector of [
    'CVSS:3.1/AV:N',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/',
    'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/SI:N/SA:N',
    'CVSS:4.0/constructor:x',
    '',
    `CVSS:3.1/${'AV:N/'.repeat(10_000)}`,
    '\u0000'.repeat(500),
  ])
    assert.equal(cvssScore(vector), undefined, vector.slice(0, 60));
});

void test('which vector decides, and the scales of severity', () => {
  const v2 = 'AV:N/AC:L/Au:N/C:C/I:C/A:C';
  const v3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N';
  assert.deepEqual(decidingVector([v2, v3]), { version: '3.1', vector: v3, score: 6.1 });
  assert.equal(decidingVector(['nothing']), undefined);
  assert.deepEqual(
    [9, 8.9, 6.9, 3.9, 0].map((score) => severityOfScore(score)),
    ['critical', 'high', 'medium', 'low', 'negligible'],
  );
  assert.equal(severityOfScore(10, '2.0'), 'high');
});
