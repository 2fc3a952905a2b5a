import { z } from 'zod';
import type { FeedAddress, FeedReader } from '../../content/advisories/feed.ts';
import { yearOfCve } from '../../content/advisories/cve-catalogues.ts';
import { feedReaders } from '../../content/advisories/feeds.ts';
import type { Clock } from '../../lib/clock.ts';
import { isAssayError } from '../../lib/error.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { AdvisorySets } from '../../ports/advisory-sets.ts';
import type { FeedSource } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import { appendEvent } from '../events.ts';
import { importFeed, judgeChanged } from './advisories.ts';
import { mirrored } from './fetch-feed.ts';
import type { NvdWindows } from './increments/nvd-increment.ts';
import { renewalOf } from './renew-feed.ts';
import type { SetUpdate } from './take-set.ts';

export const UPDATE_FEEDS = 'update-feeds';
const payloadSchema = z.object({ feeds: z.array(z.string()).optional() });
const HOUR_MS = 3_600_000;

export interface FeedUpdateParts {
  readonly database: Database;
  readonly advisories: AdvisorySets;
  readonly clock: Clock;
  readonly http: HttpClient;
  /** Names of feeds that are kept fresh. */
  readonly feeds: readonly string[];
  /** Where copies of the publishers' files are, by host and path; the publishers themselves when absent. */
  readonly mirror?: string | undefined;
  /** Hours between updates; 0 turns them off. */
  readonly everyHours: number;
  /** Readers to choose from; those of the table when absent. */
  readonly readers?: readonly FeedReader[];
  /** A published set that is taken instead of asking the publishers. */
  readonly published?: PublishedSource | undefined;
  readonly told?: (source: FeedSource) => void;
}

/** A set of advisories that somebody publishes in a registry. */
export interface PublishedSource {
  /** `registry/repository:tag`. */
  readonly source: string;
  /** Verifies what is signed there and takes it; throws what is wrong with it. */
  take(): Promise<SetUpdate>;
}

/**
 * Keeps the advisory feeds fresh: a job that asks each publisher for what is newer than the copy at hand and enqueues
 * its successor. A publisher that cannot be reached leaves what was known in force; the failure is kept beside its age.
 */
export class FeedUpdates {
  readonly kind = UPDATE_FEEDS;
  readonly #parts: FeedUpdateParts;

  constructor(parts: FeedUpdateParts) {
    this.#parts = parts;
  }

  readonly run = async (payload: unknown, signal: AbortSignal): Promise<void> => {
    const { feeds } = payloadSchema.parse(payload);
    await this.update(feeds ?? this.#parts.feeds, signal);
    if (!signal.aborted) await this.plan(this.#parts.clock.now() + this.#parts.everyHours * HOUR_MS);
  };

  /** Enqueues the next update; one of a key waits at a time. */
  async plan(at: number, dedupeKey = ''): Promise<void> {
    const { database, clock, everyHours } = this.#parts;
    if (everyHours <= 0 || (this.#parts.feeds.length === 0 && !this.#parts.published)) return;
    await database.change(({ jobs }) =>
      jobs.enqueue({ id: uuidv7(clock.now()), kind: UPDATE_FEEDS, dedupeKey, payload: {}, priority: 8, runAt: at }),
    );
  }

  /** When the next update is due: at once for a server without feeds, else an interval after the last. */
  async nextAt(): Promise<number> {
    const known = await this.#parts.database.records.content.feedSources();
    const now = this.#parts.clock.now();
    if (known.length === 0) return now;
    return Math.max(now, Math.max(...known.map((each) => each.checkedAt)) + this.#parts.everyHours * HOUR_MS);
  }

  async update(feeds: readonly string[], signal: AbortSignal): Promise<void> {
    const { database, mirror, published } = this.#parts;
    if (published) {
      await this.#take(published);
      return;
    }
    const held = new Map((await database.records.content.feedSources()).map((each) => [each.url, each]));
    let stored = await database.records.content.ecosystems();
    let rated = false;
    const windows: NvdWindows = new Map();
    for (const { reader, address } of this.#addresses(feeds)) {
      // Catalogues of CVEs come last in the table: what the feeds before them have found is known by then.
      if (!rated && address.ecosystems?.some((each) => each.startsWith('CVE:'))) {
        rated = true;
        const found = await database.records.content.vulnerabilities();
        stored = [...stored, ...new Set(found.flatMap((id) => yearOfCve(id) ?? []))];
      }
      if (!isOfUse(address, stored)) continue;
      if (signal.aborted) return;
      const url = mirrored(address.url, mirror);
      const source = await this.#updateOne(reader, address, held.get(url), { windows, signal });
      await database.change(({ content }) => content.setFeedSource(source));
      this.#parts.told?.(source);
    }
  }

  /** Takes the published set and judges anew what it changes; what is wrong with it is kept beside its age. */
  async #take({ source, take }: PublishedSource): Promise<void> {
    const { database, clock, told } = this.#parts;
    let failed: string | undefined;
    try {
      const { taken, changed, createdAt, bytes } = await take();
      const judged = changed.length === 0 ? undefined : await judgeChanged(this.#parts, changed);
      const now = clock.now();
      if (judged)
        await database.change((records) =>
          appendEvent(records, now, 'advisories.imported', 'system', undefined, source, {
            createdAt,
            bytes,
            feeds: taken.map(({ status }) => status.feed),
            ...judged,
          }),
        );
    } catch (error) {
      failed = (
        isAssayError(error) ? `${error.code}: ${error.message}` : `the set could not be taken: ${String(error)}`
      ).slice(0, 500);
    }
    const said = { url: source, feed: 'published set', checkedAt: clock.now(), lastError: failed };
    await database.change(({ content }) => content.setFeedSource(said));
    told?.(said);
  }

  /** Packages of these ecosystems were stored: feeds of theirs that were not asked for yet are fetched at once. */
  async wanted(ecosystems: readonly string[]): Promise<void> {
    const { database, advisories, mirror, feeds, clock, published } = this.#parts;
    if (published) return;
    const covered = advisories.current();
    const missing = ecosystems.filter((each) => !covered.covers(each));
    if (missing.length === 0) return;
    const asked = new Set((await database.records.content.feedSources()).map((each) => each.url));
    const unasked = this.#addresses(feeds).some(
      ({ address }) =>
        address.ecosystems !== undefined && isOfUse(address, missing) && !asked.has(mirrored(address.url, mirror)),
    );
    if (unasked) await this.plan(clock.now(), 'wanted');
  }

  #addresses(feeds: readonly string[]): { reader: FeedReader; address: FeedAddress }[] {
    return (this.#parts.readers ?? feedReaders)
      .filter((reader) => feeds.includes(reader.name))
      .flatMap((reader) => reader.sources.map((address) => ({ reader, address })));
  }

  async #updateOne(
    reader: FeedReader,
    address: FeedAddress,
    held: FeedSource | undefined,
    { windows, signal }: { windows: NvdWindows; signal: AbortSignal },
  ): Promise<FeedSource> {
    const { clock, http, advisories, mirror } = this.#parts;
    const url = mirrored(address.url, mirror);
    const feed = held?.feed ?? reader.name;
    const inForce = advisories.current().feeds.find((each) => each.feed === feed);
    try {
      const checkedAt = clock.now();
      const renewal = await renewalOf(
        reader,
        address,
        { status: held && inForce, validators: held && inForce ? held : undefined },
        { http, mirror, now: checkedAt, signal, windows },
      );
      if (!renewal) {
        await advisories.confirm(feed, checkedAt);
        return { ...held, url, feed, checkedAt, lastError: undefined };
      }
      const { status } = await importFeed(this.#parts, renewal, 'system');
      // Records that were renewed one by one do not change which copy of the whole was read.
      const validators = renewal.amends ? held : renewal.validators;
      const { etag, lastModified } = validators ?? {};
      return {
        url,
        feed: status.feed,
        ...(etag !== undefined && { etag }),
        ...(lastModified !== undefined && { lastModified }),
        checkedAt: clock.now(),
        lastError: undefined,
      };
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = isAssayError(error) ? error.message : `the feed could not be taken in: ${String(error)}`;
      return { ...held, url, feed, checkedAt: clock.now(), lastError: reason.slice(0, 500) };
    }
  }
}

/** Whether packages of one of its ecosystems, or of a release of them, are stored. */
export function isOfUse({ ecosystems }: FeedAddress, stored: readonly string[]): boolean {
  if (!ecosystems) return true;
  return ecosystems.some((each) => stored.some((name) => name === each || name.startsWith(`${each}:`)));
}
