import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { BlobStore, StorageKey } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { JobHandler } from '../jobs/runner.ts';
import type { Uploads } from './uploads.ts';

/** Kind of the job that removes what nothing needs. */
export const COLLECT_GARBAGE = 'collect-garbage';

export interface GarbageTimes {
  /** How long a condemned blob stays, row and file, for those who were just told of it. */
  readonly condemnedMs: number;
  /** How long an upload may rest before it is dropped. */
  readonly uploadIdleMs: number;
}

export const garbageTimes: GarbageTimes = { condemnedMs: 60_000, uploadIdleMs: 24 * 3600_000 };

export interface Collected {
  readonly links: number;
  readonly blobs: number;
  readonly files: number;
  readonly uploads: number;
  readonly tokens: number;
}

const jobSchema = z.object({ sweepBefore: z.number().optional() });
const SWEEP_PAUSE_MS = 5_000;

/** Rows of one transaction: few, so that pushes beside it wait for milliseconds. */
const BATCH = 200;

/**
 * Removes, while serving, what nothing needs. A link whose time is up goes; a blob without a link is condemned; after a
 * grace its row goes and its file is noted for removal, in one transaction; then the file goes. Whoever uploads or
 * mounts a condemned blob revives it. Every step reads an index of what is due, so the cost follows the garbage.
 */
export class Garbage implements JobHandler {
  readonly kind = COLLECT_GARBAGE;
  readonly #database: Database;
  readonly #blobs: BlobStore;
  readonly #uploads: Uploads;
  readonly #clock: Clock;
  readonly #times: GarbageTimes;
  #holds = 0;

  constructor(
    parts: { database: Database; blobs: BlobStore; uploads: Uploads; clock: Clock },
    times: GarbageTimes = garbageTimes,
  ) {
    this.#database = parts.database;
    this.#blobs = parts.blobs;
    this.#uploads = parts.uploads;
    this.#clock = parts.clock;
    this.#times = times;
  }

  async run(payload: unknown, signal: AbortSignal): Promise<void> {
    const { sweepBefore } = jobSchema.parse(payload);
    if (sweepBefore !== undefined) await this.sweep(sweepBefore, signal);
    await this.collect(signal);
  }

  /**
   * After a process that was killed: notes published files that no row knows for removal. Looks twice, with a pause far
   * longer than any publication takes from its file to its row.
   */
  async sweep(modifiedBefore: number, signal?: AbortSignal, pauseMs = SWEEP_PAUSE_MS): Promise<number> {
    const { registry } = this.#database.records;
    const suspects: StorageKey[] = [];
    let some: StorageKey[] = [];
    for await (const file of this.#blobs.list('published')) {
      if (signal?.aborted) return 0;
      if (file.modifiedAt < modifiedBefore) some.push(file.key);
      if (some.length < BATCH) continue;
      suspects.push(...(await registry.unknownKeys(some)));
      some = [];
    }
    suspects.push(...(await registry.unknownKeys(some)));
    if (suspects.length === 0) return 0;
    await sleep(pauseMs, undefined, signal ? { signal } : {});
    const now = this.#clock.now();
    return this.#database.change(async (records) => {
      const lost = await records.registry.unknownKeys(suspects);
      await records.registry.noteRemovals(lost, now);
      return lost.length;
    });
  }

  /** While this is held no file is removed, so that a backup finds every file its snapshot names. */
  hold(): Disposable {
    this.#holds++;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#holds--;
        held = false;
      },
    };
  }

  async collect(signal?: AbortSignal): Promise<Collected> {
    const now = this.#clock.now();
    const go = () => !signal?.aborted;
    await this.#database.change(({ registry }) => registry.forgetFormerNames(now));
    const uploads = await this.#uploads.dropIdle(now - this.#times.uploadIdleMs);
    let links = 0;
    for (let some = BATCH; some === BATCH && go(); links += some)
      some = await this.#database.change(({ registry }) => registry.condemnUnreferenced(now, BATCH));
    const blobs = await this.#forgetCondemned(now - this.#times.condemnedMs, go);
    const files = await this.#removeFiles(go);
    const tokens = await this.#database.change(({ access }) => access.forgetExpiredTokens(now));
    return { links, blobs, files, uploads, tokens };
  }

  async #forgetCondemned(before: number, go: () => boolean): Promise<number> {
    let count = 0;
    while (go()) {
      const some = await this.#database.records.registry.condemnedBefore(before, BATCH);
      const gone = await this.#database.change(async ({ registry }) => {
        let gone = 0;
        for (const blob of some) if (await registry.forgetBlob(blob.digest, blob.storageKey, before)) gone++;
        return gone;
      });
      count += gone;
      if (some.length < BATCH || gone === 0) break;
    }
    return count;
  }

  async #removeFiles(go: () => boolean): Promise<number> {
    let count = 0;
    while (go() && this.#holds === 0) {
      const keys = await this.#database.records.registry.removals(BATCH);
      if (keys.length === 0) break;
      for (const key of keys) {
        await this.#blobs.discard(key);
        await this.#blobs.remove(key);
      }
      await this.#database.change(({ registry }) => registry.removed(keys));
      count += keys.length;
    }
    return count;
  }
}
