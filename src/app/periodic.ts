import type { Clock } from '../lib/clock.ts';
import { uuidv7 } from '../lib/uuid.ts';
import type { Database } from '../ports/database.ts';

/** Ahead of analyses, which may queue for hours. */
const PRIORITY = 1;

/** Queues a job of this kind again and again; one that still waits is not doubled. An interval of 0 queues none. */
export function every(
  intervalMs: number,
  kind: string,
  { database, clock, wake }: { database: Database; clock: Clock; wake: () => void },
): Disposable {
  if (intervalMs === 0) return { [Symbol.dispose]: () => undefined };
  const timer = setInterval(() => {
    const now = clock.now();
    database
      .change(({ jobs }) =>
        jobs.enqueue({ id: uuidv7(now), kind, dedupeKey: kind, payload: {}, priority: PRIORITY, runAt: now }),
      )
      // A database that fails now is asked again at the next interval; requests report it meanwhile.
      .then(wake, () => undefined);
  }, intervalMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
