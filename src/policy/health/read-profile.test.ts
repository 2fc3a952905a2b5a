import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAssayError } from '../../lib/error.ts';
import { readProfile } from './read-profile.ts';

function refused(text: string): string {
  try {
    readProfile(text);
  } catch (error) {
    assert.ok(isAssayError(error, 'policy-invalid'), String(error));
    return error.message;
  }
  return assert.fail(`read: ${text}`);
}

test('a profile says which lines count, how much, and what is good enough', () => {
  const profile = readProfile(
    'organisation: shop\nminimum: B\nlines:\n  licences: off\n  age: false\n  signatures: 30\n',
  );
  assert.deepEqual([profile.organisation, profile.minimum], ['shop', 'B']);
  assert.deepEqual(
    [...profile.weights],
    [
      ['licences', 0],
      ['age', 0],
      ['signatures', 30],
    ],
  );
  assert.equal(readProfile('').organisation, undefined);
});

test('slips are told with the right word, and what is no profile is refused', () => {
  assert.match(refused('lines: { licenses: off }'), /no line is called licenses; did you mean licences\?/);
  assert.match(refused('minmum: B'), /the key minmum is not known; did you mean minimum\?/);
  assert.match(refused('minimum: G'), /minimum/);
  assert.match(refused('lines: { age: -1 }'), /lines\.age/);
  assert.match(refused('lines: { age: 1, age: 2 }'), /unique/i);
  assert.match(refused('a: &a 1\nminimum: *a'), /anchors/);
  assert.match(refused(`# ${'x'.repeat(17_000)}`), /at most 16384 bytes/);
  assert.match(refused('organisation: Not An Organisation!'), /organisation/);
  refused('[1, 2]');
  const every = ['signatures', 'exploited', 'vulnerabilities', 'secrets', 'malware', 'licences', 'practices', 'age'];
  const all = [...every, 'distribution', 'minimality', 'provenance', 'tag'].map((id) => `${id}: off`).join(', ');
  assert.match(refused(`lines: { ${all} }`), /a card without a line/);
});
