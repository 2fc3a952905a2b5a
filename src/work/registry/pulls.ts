import type { Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Database } from '../../ports/database.ts';
import type { PullCount, RepositoryId } from '../../ports/registry-records.ts';

const FLUSH_MS = 2000;

/** Counts pulls per digest, tag and day: gathered in memory and written every few seconds, so that no pull waits. */
export class Pulls {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #counts = new Map<
    string,
    { repositoryId: RepositoryId; digest: Digest; tag: string; day: string; count: number }
  >();
  /** Who pulled what since the last writing. */
  readonly #consumers = new Map<string, { repositoryId: RepositoryId; digest: Digest; accountId: string }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  count(repositoryId: RepositoryId, digest: Digest, tag: string | undefined, viewer: Viewer): void {
    if (viewer.kind === 'account')
      this.#consumers.set(`${repositoryId} ${digest} ${viewer.accountId}`, {
        repositoryId,
        digest,
        accountId: viewer.accountId,
      });
    const day = new Date(this.#clock.now()).toISOString().slice(0, 10);
    const key = `${repositoryId} ${digest} ${tag ?? ''} ${day}`;
    const entry = this.#counts.get(key);
    if (entry) entry.count++;
    else this.#counts.set(key, { repositoryId, digest, tag: tag ?? '', day, count: 1 });
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = [...this.#counts.values()];
    this.#counts.clear();
    const consumers = [...this.#consumers.values()];
    this.#consumers.clear();
    if (counts.length === 0) return;
    const now = this.#clock.now();
    await this.#database.change(async ({ registry, notify }) => {
      await notify.addConsumers(consumers, now);
      for (const [repositoryId, some] of Map.groupBy(counts, (each) => each.repositoryId))
        await registry.addPulls(repositoryId, some satisfies PullCount[]);
    });
  }
}
