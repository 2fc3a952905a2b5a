import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOrdered, orderable, urgency } from './ordering.ts';

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

test('a list with more rows than are ordered comes by name, whole, and says so', async () => {
  const names = Array.from({ length: 1500 }, (_, at) => String(at).padStart(4, '0'));
  const read = ({ after, limit }: { after: string | undefined; limit: number }) =>
    Promise.resolve(names.filter((name) => after === undefined || name > after).slice(0, limit));
  const many = await orderable(false, 10, '0009', read);
  assert.deepEqual([many.byName, many.rows.length, many.rows[0]], [true, 11, '0010']);
  const few = await orderable(false, 10, undefined, (page) => read(page).then((rows) => rows.slice(0, 20)));
  assert.deepEqual([few.byName, few.rows.length], [false, 20]);
  const asked = await orderable(true, 10, undefined, read);
  assert.deepEqual([asked.byName, asked.rows.length], [true, 11]);
});
