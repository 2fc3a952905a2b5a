import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardReason, type Health, type HealthLine, shownLines, wayUp } from './health.ts';

function line(id: string, grade: HealthLine['grade'], more: Partial<HealthLine> = {}): HealthLine {
  return {
    id,
    title: id,
    state: grade === undefined ? 'unknown' : 'judged',
    ...(grade && { grade }),
    points: 1,
    weight: 1,
    statement: '',
    evidence: [],
    ...more,
  };
}

const health: Health = {
  schemaVersion: 1,
  repository: 'shop/app',
  digest: 'sha256:1',
  state: 'judged',
  grade: 'D',
  atMost: 'D',
  score: 60,
  lines: [
    line('Secrets', 'A'),
    line('Fixable', 'D', { next: { grade: 'C', step: 'upgrade openssl' } }),
    line('Age', undefined),
    line('Licences', 'B', { next: { grade: 'A', step: 'offer the source' } }),
    line('Off', undefined, { state: 'off' }),
  ],
  image: { digest: 'sha256:1' },
  profile: {},
  judgedAt: '2026-01-01T00:00:00Z',
};

test('a card shows the worst line first, what is unknown before what is good, and never what does not count', () => {
  assert.deepEqual(
    shownLines(health).map(({ id }) => id),
    ['Fixable', 'Age', 'Licences', 'Secrets'],
  );
});

test('it says which line caps it, and how to the next grade', () => {
  assert.equal(cardReason(health), 'The lowest line sets the grade: fixable.');
  assert.deepEqual(
    wayUp(health).map(({ step }) => step),
    ['upgrade openssl'],
  );
  const { grade: _, ...rest } = health;
  assert.equal(
    cardReason({ ...rest, state: 'unknown', reason: 'it is not analysed yet' }),
    'Not graded yet: it is not analysed yet.',
  );
});
