import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryDatabase } from '../../adapters/memory/database.ts';
import { systemClock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database } from '../../ports/database.ts';
import { JobRunner, type JobHandler } from './runner.ts';

function enqueue(database: Database, key: string, kind = 'work'): Promise<void> {
  const now = systemClock.now();
  return database.change(({ jobs }) =>
    jobs.enqueue({ id: uuidv7(now), kind, dedupeKey: key, payload: { key }, priority: 5, runAt: now }),
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await condition()) return;
    await sleep(5);
  }
  throw new Error('it did not happen');
}

test('jobs run at once when woken, never more at a time than wanted, each once', async () => {
  const database = await memoryDatabase();
  const seen: string[] = [];
  let now = 0;
  let most = 0;
  const handler: JobHandler = {
    kind: 'work',
    run: async (payload) => {
      most = Math.max(most, ++now);
      await sleep(2);
      seen.push((payload as { key: string }).key);
      now--;
    },
  };
  const runner = new JobRunner(database, systemClock, [handler], { failed: () => undefined }, 3);
  await runner.start();
  const keys = Array.from({ length: 40 }, (_, index) => String(index));
  for (const key of keys) {
    await enqueue(database, key);
    runner.wake();
  }
  await until(() => seen.length === keys.length);
  await runner.stop();
  assert.deepEqual(seen.toSorted(), keys.toSorted());
  assert.equal(most, 3);
  assert.deepEqual(await database.records.jobs.list(10), []);
});

test('a failure is told and waits for its next time with the reason', async () => {
  const database = await memoryDatabase();
  const told: string[] = [];
  const handler: JobHandler = { kind: 'work', run: () => Promise.reject(new Error('no luck')) };
  const log = { failed: (_: unknown, reason: unknown) => told.push((reason as Error).message) };
  const runner = new JobRunner(database, systemClock, [handler], log);
  await runner.start();
  await enqueue(database, 'one');
  runner.wake();
  await until(async () => (await database.records.jobs.pending('work', 'one'))?.lastError !== undefined);
  await runner.stop();
  const job = await database.records.jobs.pending('work', 'one');
  assert.deepEqual([job?.state, job?.attempts, job?.lastError], ['waiting', 1, 'no luck']);
  assert.ok(job!.runAt > systemClock.now());
  assert.deepEqual(told, ['no luck']);
});

test('a stop waits for what runs, tells it to hurry, and the next start takes it up again', async () => {
  const database = await memoryDatabase();
  let started = 0;
  const handler: JobHandler = {
    kind: 'work',
    run: (_, signal) => {
      started++;
      return sleep(60_000, undefined, { signal });
    },
  };
  const first = new JobRunner(database, systemClock, [handler], { failed: () => undefined });
  await first.start();
  await enqueue(database, 'long');
  first.wake();
  await until(() => started === 1);
  await first.stop();
  assert.equal((await database.records.jobs.pending('work', 'long'))?.state, 'running');
  const second = new JobRunner(database, systemClock, [handler], { failed: () => undefined });
  await second.start();
  await until(() => started === 2);
  await second.stop();
  await database.close();
  await assert.rejects(
    database.change(() => Promise.resolve()),
    { code: 'stopping' },
  );
});
