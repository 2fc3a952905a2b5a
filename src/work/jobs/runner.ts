import type { Clock } from '../../lib/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Job } from '../../ports/queue.ts';

export interface JobHandler {
  readonly kind: string;
  run(payload: unknown, signal: AbortSignal): Promise<void>;
}

export interface JobLog {
  failed(job: Job, reason: unknown, dead: boolean): void;
}

const LEASE_MS = 15 * 60_000;
const PROLONG_MS = 5 * 60_000;
const MAX_ATTEMPTS = 10;
const POLL_MS = 5_000;

/** Runs jobs, a few at a time: at once when woken, else every few seconds. Failures come again later, with jitter. */
export class JobRunner {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #handlers: ReadonlyMap<string, JobHandler>;
  readonly #log: JobLog;
  readonly #concurrency: number;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #filling: Promise<void> | undefined;
  #woken = false;

  constructor(database: Database, clock: Clock, handlers: readonly JobHandler[], log: JobLog, concurrency = 2) {
    this.#database = database;
    this.#clock = clock;
    this.#handlers = new Map(handlers.map((handler) => [handler.kind, handler]));
    this.#log = log;
    this.#concurrency = concurrency;
  }

  async start(): Promise<void> {
    await this.#database.change(({ jobs }) => jobs.releaseLeases());
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.#timer.unref();
    this.wake();
  }

  readonly wake = (): void => {
    this.#woken = true;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
      // Somebody woke us in the moment between the last look and here.
      if (this.#woken && this.#free()) this.wake();
    });
  };

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#filling;
    await Promise.allSettled(this.#running);
  }

  #free(): boolean {
    return !this.#stopping.signal.aborted && this.#running.size < this.#concurrency;
  }

  async #fill(): Promise<void> {
    try {
      while (this.#woken && this.#free()) {
        this.#woken = false;
        const job = await this.#take();
        if (!job) break;
        this.#woken = true;
        const running: Promise<void> = this.#run(job).finally(() => {
          this.#running.delete(running);
          this.wake();
        });
        this.#running.add(running);
      }
    } catch (error) {
      this.#woken = false;
      if (!this.#stopping.signal.aborted)
        this.#log.failed({ id: '', kind: 'take', payload: undefined, attempts: 0 }, error, false);
    }
  }

  async #take(): Promise<Job | undefined> {
    const now = this.#clock.now();
    return this.#database.change(({ jobs }) => jobs.take([...this.#handlers.keys()], now, now + LEASE_MS));
  }

  async #run(job: Job): Promise<void> {
    const prolonging = setInterval(() => {
      const until = this.#clock.now() + LEASE_MS;
      this.#database.change(({ jobs }) => jobs.prolong(job.id, until)).catch(() => undefined);
    }, PROLONG_MS).unref();
    try {
      await this.#handlers.get(job.kind)?.run(job.payload, this.#stopping.signal);
      await this.#database.change(({ jobs }) => jobs.done(job.id));
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const dead = job.attempts >= MAX_ATTEMPTS;
      this.#log.failed(job, error, dead);
      const wait = Math.min(3600_000, 2000 * 2 ** job.attempts) * (0.5 + Math.random());
      const runAt = dead ? undefined : this.#clock.now() + wait;
      await this.#database
        .change(({ jobs }) => jobs.failed(job.id, error instanceof Error ? error.message : String(error), runAt))
        .catch(() => undefined);
    } finally {
      clearInterval(prolonging);
    }
  }
}
