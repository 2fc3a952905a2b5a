import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOrdered, urgency } from './ordering.ts';

const none = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };

test('one critical outweighs any number of lows, a fix doubles, unknown stands above clean', () => {
  const judged = (counts: Partial<typeof none>, fixable: Partial<typeof none> = {}) =>
    urgency({ state: 'complete', counts: { ...none, ...counts }, fixable: { ...none, ...fixable } });
  assert.ok(judged({ critical: 1 }) > judged({ high: 400, low: 900 }));
  assert.ok(judged({ high: 1 }, { high: 1 }) > judged({ high: 1 }));
  assert.ok(judged({ low: 1 }) > urgency({ state: 'running' }));
  assert.ok(urgency({ state: 'failed' }) > judged({}));
  assert.ok(judged({}) > urgency(undefined));
});

test('pages of rows ordered in memory', () => {
  const all = [1, 2, 3, 4, 5];
  const first = cutOrdered(all, 2, undefined);
  assert.deepEqual(first.items, [1, 2]);
  const cursor = Buffer.from(first.next ?? '', 'base64url').toString();
  assert.deepEqual(cutOrdered(all, 2, cursor).items, [3, 4]);
  assert.deepEqual(cutOrdered(all, 2, '4'), { items: [5] });
  assert.deepEqual(cutOrdered(all, 2, 'nonsense').items, [1, 2]);
});
