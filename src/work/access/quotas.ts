import { nameOf, type Viewer } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { AssayError } from '../../lib/error.ts';
import { organisationOf, type RepositoryName } from '../../oci/names.ts';
import type { Database } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';

/** An organisation that is full is told of once in this time, however many pushes it refuses. */
const TOLD_EVERY_MS = 3600_000;
const MAX_TOLD = 10_000;

/** Limits on what the repositories of an organisation may hold together. */
export class Quotas {
  readonly #database: Database;
  readonly #clock: Clock;
  /** When it was last told that an organisation is full. */
  readonly #told = new Map<string, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Refuses what would take an organisation over its limit. The counters are read outside the transaction that stores,
   * so that pushes never wait for each other; what is on its way at that moment may come in on top.
   */
  async requireRoom(viewer: Viewer, name: RepositoryName, bytes: number): Promise<void> {
    const organisation = organisationOf(name);
    const { access } = this.#database.records;
    const limit = (await access.organisation(organisation))?.maxBytes;
    if (limit === undefined) return;
    const used = await access.usage(organisation);
    if (used + bytes <= limit) return;
    await this.#tell(viewer, organisation, name, { used, limit });
    throw new AssayError(
      'quota-exceeded',
      `${organisation} stores ${used} of at most ${limit} bytes; ${bytes > 0 ? `${bytes} more do not fit` : 'nothing more fits'}; delete images or ask an administrator for more`,
    );
  }

  async #tell(
    viewer: Viewer,
    organisation: string,
    name: RepositoryName,
    full: { readonly used: number; readonly limit: number },
  ): Promise<void> {
    const now = this.#clock.now();
    if ((this.#told.get(organisation) ?? 0) > now - TOLD_EVERY_MS) return;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.set(organisation, now);
    const repository = await this.#database.records.registry.repository(viewer, name);
    await this.#database.change((records) =>
      appendEvent(records, now, 'quota.exceeded', nameOf(viewer), repository ?? { organisation }, organisation, full),
    );
  }
}
