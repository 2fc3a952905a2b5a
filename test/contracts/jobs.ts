import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenDatabase } from './records-fixture.ts';

function job(id: string, more: Partial<{ dedupeKey: string; priority: number; runAt: number; kind: string }> = {}) {
  return { id, kind: 'work', dedupeKey: id, payload: { of: id }, priority: 10, runAt: 0, ...more };
}

/** Jobs are taken once, come again after a failure, and are not doubled while they wait. */
export function jobsContract(open: OpenDatabase): void {
  describe('jobs', () => {
    test('a job waits once, and may wait again while its like is running', async () => {
      const database = await open();
      const enqueue = (id: string) => database.change(({ jobs }) => jobs.enqueue(job(id, { dedupeKey: 'same' })));
      const take = () => database.change(({ jobs }) => jobs.take(['work'], 100, 200));
      await enqueue('one');
      await enqueue('two');
      const taken = await take();
      assert.deepEqual(taken, { id: 'one', kind: 'work', payload: { of: 'one' }, attempts: 1 });
      assert.equal(await take(), undefined);
      await enqueue('three');
      assert.equal((await take())?.id, 'three');
      assert.equal((await database.records.jobs.list(10)).length, 2);
    });

    test('order is priority, then time; what is not due and what is not asked for stays', async () => {
      const database = await open();
      await database.change(async ({ jobs }) => {
        await jobs.enqueue(job('late', { runAt: 500 }));
        await jobs.enqueue(job('other', { kind: 'other', priority: 1 }));
        await jobs.enqueue(job('second', { runAt: 5 }));
        await jobs.enqueue(job('first', { priority: 1, runAt: 9 }));
      });
      const order: string[] = [];
      for (;;) {
        const next = await database.change(({ jobs }) => jobs.take(['work'], 100, 200));
        if (!next) break;
        order.push(next.id);
        await database.change(({ jobs }) => jobs.done(next.id));
      }
      assert.deepEqual(order, ['first', 'second']);
      assert.equal((await database.records.jobs.pending('work', 'late'))?.state, 'waiting');
    });

    test('a lease that ran out is taken over; one that was prolonged is not', async () => {
      const database = await open();
      await database.change(({ jobs }) => jobs.enqueue(job('leased')));
      const take = (now: number) => database.change(({ jobs }) => jobs.take(['work'], now, now + 100));
      assert.equal((await take(0))?.attempts, 1);
      assert.equal(await take(99), undefined);
      await database.change(({ jobs }) => jobs.prolong('leased', 1000));
      assert.equal(await take(500), undefined);
      assert.equal((await take(1001))?.attempts, 2);
    });

    test('a failure comes again later with its reason; given up it is dead and shown', async () => {
      const database = await open();
      await database.change(({ jobs }) => jobs.enqueue(job('bad')));
      const take = (now: number) => database.change(({ jobs }) => jobs.take(['work'], now, now + 100));
      await take(0);
      await database.change(({ jobs }) => jobs.failed('bad', 'it broke', 50));
      assert.equal(await take(49), undefined);
      assert.equal((await take(50))?.attempts, 2);
      await database.change(({ jobs }) => jobs.failed('bad', 'x'.repeat(5000), undefined));
      const pending = await database.records.jobs.pending('work', 'bad');
      assert.equal(pending?.state, 'dead');
      assert.equal(pending.lastError?.length, 1000);
      assert.equal(await take(1e9), undefined);
      await database.change(({ jobs }) => jobs.enqueue(job('bad again', { dedupeKey: 'bad' })));
      assert.equal((await take(1e9))?.id, 'bad again', 'a dead job does not keep a new one away');
    });

    test('what a dead process had leased is given back once, and not beside its waiting like', async () => {
      const database = await open();
      await database.change(async ({ jobs }) => {
        await jobs.enqueue(job('one', { dedupeKey: 'same' }));
        await jobs.take(['work'], 0, 1e9);
        await jobs.enqueue(job('two', { dedupeKey: 'same' }));
        await jobs.enqueue(job('lone', { priority: 1 }));
        await jobs.take(['work'], 0, 1e9);
      });
      await database.change(({ jobs }) => jobs.releaseLeases());
      const waiting = (await database.records.jobs.list(10)).filter((each) => each.state === 'waiting');
      assert.deepEqual(waiting.map((each) => each.id).toSorted(), ['lone', 'two']);
    });

    test('many takers never take the same job', async () => {
      const database = await open();
      await database.change(async ({ jobs }) => {
        for (let index = 0; index < 12; index++) await jobs.enqueue(job(`j${index}`));
      });
      const taken = await Promise.all(
        Array.from({ length: 12 }, () => database.change(({ jobs }) => jobs.take(['work'], 1, 1e9))),
      );
      assert.equal(new Set(taken.map((each) => each?.id)).size, 12);
    });
  });
}
