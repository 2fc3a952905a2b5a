import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedSync } from './shared-sync.ts';

/** A sync that ends when it is told to, and counts how often it began. */
function manual() {
  const ends: (() => void)[] = [];
  const shared = new SharedSync(() => new Promise((resolve) => ends.push(resolve)));
  return { shared, ends };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('callers that come during a sync share the next one, and none is answered by the one under way', async () => {
  const { shared, ends } = manual();
  const done: string[] = [];
  const ask = (name: string) => shared.run().then(() => done.push(name));
  const all = [ask('a')];
  assert.equal(ends.length, 1);
  all.push(ask('b'), ask('c'));
  assert.equal(ends.length, 1, 'nothing begins beside a sync that runs');
  ends[0]!();
  await turn();
  assert.deepEqual(done, ['a']);
  assert.equal(ends.length, 2);
  all.push(ask('d'));
  ends[1]!();
  await turn();
  assert.deepEqual(done, ['a', 'b', 'c']);
  ends[2]!();
  await Promise.all(all);
  assert.deepEqual(done, ['a', 'b', 'c', 'd']);
  assert.equal(ends.length, 3);
  void shared.run();
  assert.equal(ends.length, 4, 'after all that a new one begins at once');
});

test('a failure reaches those it was for, and the next sync is tried', async () => {
  let begun = 0;
  const shared = new SharedSync(() => (++begun === 1 ? Promise.reject(new Error('EIO')) : Promise.resolve()));
  const first = shared.run();
  const second = shared.run();
  await assert.rejects(first, /EIO/);
  await second;
  assert.equal(begun, 2);
});
