import type { RequestOrigin, Viewer } from '../../access/viewer.ts';
import { nameOf } from '../../access/viewer.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database } from '../../ports/database.ts';

/** Refusals of one kind that are written one by one before they are added up. */
const ONE_BY_ONE = 5;
const WINDOW_MS = 60_000;
const MAX_KINDS = 5000;
const MAX_WAITING = 10_000;

interface Kind {
  readonly actor: string;
  readonly actorId: string | undefined;
  readonly rule: string;
  readonly object: string;
  readonly since: number;
  origin: RequestOrigin | undefined;
  seen: number;
  /** Of those seen, how many are in no entry yet. */
  pending: number;
}

/** Refusals for the audit: the first few of a kind each for itself, the rest of a minute added up. */
export class Denials {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Kind>();
  readonly #waiting: { kind: Kind; origin: RequestOrigin | undefined; at: number }[] = [];

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  note(viewer: Viewer, rule: string, object: string, origin: RequestOrigin | undefined): void {
    const now = this.#clock.now();
    const actor = nameOf(viewer);
    // Somebody who walks through names makes one kind, not thousands.
    const many = this.#kinds.size >= MAX_KINDS;
    const what = many ? '(many)' : object.slice(0, 300);
    const key = `${actor}\0${rule}\0${what}`;
    let kind = this.#kinds.get(key);
    if (!kind) {
      const actorId = viewer.kind === 'account' ? viewer.accountId : undefined;
      kind = { actor, actorId, rule, object: what, since: now, origin, seen: 0, pending: 0 };
      this.#kinds.set(key, kind);
    }
    kind.seen++;
    kind.origin = origin;
    if (kind.seen <= ONE_BY_ONE && this.#waiting.length < MAX_WAITING) this.#waiting.push({ kind, origin, at: now });
    else kind.pending++;
  }

  /** Writes what waits, and the sums of minutes that are over. */
  async flush(): Promise<void> {
    const now = this.#clock.now();
    const due = this.#waiting.splice(0).map((each) => ({ ...each, occurrences: 1 }));
    for (const [key, kind] of this.#kinds) {
      if (kind.since + WINDOW_MS > now) continue;
      if (kind.pending > 0) due.push({ kind, origin: kind.origin, at: now, occurrences: kind.pending });
      this.#kinds.delete(key);
    }
    if (due.length === 0) return;
    await this.#database.change(async ({ audit }) => {
      for (const { kind, origin, at, occurrences } of due)
        await audit.append({
          id: uuidv7(at),
          at,
          actor: kind.actor,
          actorId: kind.actorId,
          origin,
          action: `denied.${kind.rule}`,
          object: kind.object,
          organisation: undefined,
          repositoryId: undefined,
          before: undefined,
          after: occurrences > 1 ? { since: new Date(kind.since).toISOString() } : undefined,
          occurrences,
        });
    });
  }
}
