import { uuidv7 } from '../lib/uuid.ts';
import type { Database } from '../ports/database.ts';
import { COLLECT_GARBAGE } from '../work/registry/garbage.ts';

/** A process that was killed may have left files whose rows were never written. */
export async function queueSweep(database: Database, startedAt: number): Promise<void> {
  await database.change(({ jobs }) =>
    jobs.enqueue({
      id: uuidv7(startedAt),
      kind: COLLECT_GARBAGE,
      dedupeKey: 'sweep',
      payload: { sweepBefore: startedAt },
      priority: 1,
      runAt: startedAt,
    }),
  );
}

/** Work of an earlier version that this one has to make up for. */
export async function queueOnce(database: Database, kind: string, now: number): Promise<void> {
  await database.change(({ jobs }) =>
    jobs.enqueue({ id: uuidv7(now), kind, dedupeKey: kind, payload: {}, priority: 5, runAt: now }),
  );
}
