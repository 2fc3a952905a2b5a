import type { Viewer } from '../../access/viewer.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Repository } from '../../ports/registry-records.ts';
import type { Collection, TrustDialect, TrustFile } from '../../ports/trust-records.ts';
import type { Collections, TrustParts } from './collections.ts';
import { stored } from './dialects.ts';
import { usableKeys } from './sign-online.ts';
import { type RootEntry, rootHistory } from './root-history.ts';
import { isTrustError, storedWorld } from './signed-names.ts';
import { type CollectionStanding, verifyStanding } from './standing.ts';

/** A collection as its repository's page shows it. */
export interface CollectionReport {
  readonly collection: Collection;
  readonly standing: CollectionStanding;
  /** Newest first. */
  readonly roots: readonly RootEntry[];
  /** Which of the two online roles the server signs. */
  readonly serverSigns: readonly ('timestamp' | 'snapshot')[];
}

interface Cached {
  readonly report: Promise<CollectionReport>;
  /** Milliseconds since 1970 UTC. */
  readonly until: number;
}

/** Collections kept verified; each new timestamp is another one. */
const MAX_CACHED = 32;
/** What is read again in any case, so that warnings keep pace with the calendar. */
const MAX_AGE_MS = 3600_000;

/**
 * What a repository's collections say, verified by the workflow that clients run, over the stored files and with nothing
 * trusted beforehand but the chain of stored roots. A collection is verified once for each of its timestamps.
 */
export class TrustReports {
  readonly #parts: TrustParts;
  readonly #collections: Collections;
  readonly #cached = new Map<string, Cached>();

  constructor(parts: TrustParts, collections: Collections) {
    this.#parts = parts;
    this.#collections = collections;
  }

  /** The caller has looked the repository up for the viewer. */
  async report(viewer: Viewer, repository: Repository, collection: Collection): Promise<CollectionReport> {
    const { gun } = collection;
    const timestamps = await Promise.all([
      this.#timestamp(viewer, repository, gun, 'notary'),
      this.#timestamp(viewer, repository, gun, 'tuf-1.0'),
    ]);
    const key = [gun, ...timestamps.map((file) => file?.sha256 ?? '')].join(' ');
    const now = this.#parts.clock.now();
    const known = this.#cached.get(key);
    if (known && known.until > now) return known.report;
    const report = this.#verify(repository, collection, now);
    this.#keep(key, { report, until: now + MAX_AGE_MS });
    try {
      const { status, certificates } = (await report).standing;
      // An expiry ends what was found before it.
      const ends = [...(status?.roles ?? []), ...(status?.delegations ?? [])].flatMap(({ expires }) => expires ?? []);
      const next = [...ends, ...[...certificates.values()].map(({ until }) => until)].filter((end) => end > now);
      this.#keep(key, { report, until: Math.min(now + MAX_AGE_MS, ...next) });
    } catch (error) {
      this.#cached.delete(key);
      throw error;
    }
    return report;
  }

  #keep(key: string, entry: Cached): void {
    this.#cached.delete(key);
    this.#cached.set(key, entry);
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= MAX_CACHED) return;
      this.#cached.delete(oldest);
    }
  }

  /** Renewed first, where it has expired and the server can. */
  async #timestamp(
    viewer: Viewer,
    repository: Repository,
    gun: string,
    dialect: TrustDialect,
  ): Promise<TrustFile | undefined> {
    const file = await this.#parts.database.records.trust.currentFile(repository, gun, dialect, 'timestamp');
    if (!file || file.expires > this.#parts.clock.now()) return file;
    try {
      return await this.#collections.current(viewer, gun, dialect, 'timestamp');
    } catch (error) {
      // The name may be of a host that this server no longer has: what is stored is shown all the same.
      if (isAssayError(error, 'trust-metadata-unknown', 'gun-invalid')) return file;
      throw error;
    }
  }

  async #verify(repository: Repository, collection: Collection, now: number): Promise<CollectionReport> {
    const { gun } = collection;
    const { trust } = this.#parts.database.records;
    const from = { trust, repository, gun };
    const [root, tuf1Root] = await Promise.all([
      trust.currentFile(repository, gun, 'notary', 'root'),
      trust.currentFile(repository, gun, 'tuf-1.0', 'root'),
    ]);
    const dialect = root ? 'notary' : 'tuf-1.0';
    const file = root ?? tuf1Root;
    const held = await trust.serverKeys(gun);
    const serverSigns = (['timestamp', 'snapshot'] as const).filter(
      (role) => file && usableKeys(stored(dialect, 'root', file).signed, role, held),
    );
    const standing = await verifyStanding(storedWorld(from), now);
    try {
      return { collection, standing, roots: await rootHistory(from, dialect), serverSigns };
    } catch (error) {
      if (!isTrustError(error)) throw error;
      const { status: _, ...rest } = standing;
      const failure = { code: error.code, detail: `the chain of roots is broken: ${error.message}` };
      return { collection, standing: { ...rest, state: 'failed', failure }, roots: [], serverSigns };
    }
  }
}
