import {
  ChainCheck,
  CHAIN_START,
  chainHash,
  type ChainReport,
  makeSeal,
  PRUNED,
  type Seal,
  type SealedEntry,
} from '../../access/audit-chain.ts';
import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database, Records } from '../../ports/database.ts';
import type { Denials } from './denials.ts';

/** The key that signs, and the last seal as it is kept outside the database, where a change of the database shows. */
export interface SealKeeper {
  readonly privateKeyPem: string;
  readonly publicKey: string;
  readHead(): Promise<Seal | undefined>;
  writeHead(seal: Seal): Promise<void>;
}

const EVERY_MS = 500;
const BATCH = 1000;
const DAY_MS = 24 * 3600_000;
const PRUNE_EVERY_MS = 3600_000;

/**
 * Gives entries their place in the chain, in the order in which they were committed, and signs each state. The only one
 * that does; entries are in the chain within a second of their change.
 */
export class AuditSealer {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #keeper: SealKeeper;
  readonly #denials: Denials;
  readonly #retentionDays: number;
  readonly #failed: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #prunedAt = 0;

  constructor(parts: {
    database: Database;
    clock: Clock;
    keeper: SealKeeper;
    denials: Denials;
    /** 0 keeps everything. */
    retentionDays: number;
    failed: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#keeper = parts.keeper;
    this.#denials = parts.denials;
    this.#retentionDays = parts.retentionDays;
    this.#failed = parts.failed;
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), EVERY_MS).unref();
  }

  /** The last round, so that what happened before the stop is sealed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.round();
  }

  round(): Promise<void> {
    this.#running ??= this.#work()
      .catch(this.#failed)
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  async #work(): Promise<void> {
    await this.#denials.flush();
    while ((await this.#sealSome()) === BATCH);
    const now = this.#clock.now();
    if (this.#retentionDays > 0 && this.#prunedAt + PRUNE_EVERY_MS < now) {
      this.#prunedAt = now;
      await this.prune(now - this.#retentionDays * DAY_MS);
    }
  }

  async #sealSome(): Promise<number> {
    if ((await this.#database.records.audit.unsealed(1)).length === 0) return 0;
    const made = await this.#database.change(async ({ audit }) => {
      const entries = await audit.unsealed(BATCH);
      if (entries.length === 0) return undefined;
      const head = await audit.head();
      let seq = head?.seq ?? 0;
      let previous = head?.hash ?? CHAIN_START;
      const places = entries.map((entry) => {
        seq++;
        previous = chainHash(previous, { ...entry, seq });
        return { id: entry.id, seq, hash: previous };
      });
      const seal = makeSeal(this.#keeper.privateKeyPem, { seq, hash: previous, at: this.#clock.now() });
      await audit.seal(places, seal);
      return { seal, count: entries.length };
    });
    if (made) await this.#keeper.writeHead(made.seal);
    return made?.count ?? 0;
  }

  /** Takes out what is older, up to a seal, and says so in the chain itself. */
  async prune(before: number): Promise<number> {
    const now = this.#clock.now();
    return this.#database.change(async (records) => {
      const seal = await records.audit.sealBefore(before);
      const [first] = await records.audit.chain(0, 1);
      if (!seal || !first || first.seq > seal.seq) return 0;
      const count = await records.audit.prune(seal.seq);
      await records.audit.append({
        id: uuidv7(now),
        at: now,
        actor: 'system',
        actorId: undefined,
        origin: undefined,
        action: PRUNED,
        object: 'audit',
        organisation: undefined,
        repositoryId: undefined,
        before: undefined,
        after: { upTo: seal.seq, hash: seal.hash, entries: count },
        occurrences: 1,
      });
      return count;
    });
  }
}

/** Every entry of the chain from the first on. */
export async function* chainOf(records: Records): AsyncGenerator<SealedEntry> {
  for (let from = 0; ; ) {
    const some = await records.audit.chain(from, BATCH);
    yield* some;
    const last = some.at(-1);
    if (some.length < BATCH || !last) return;
    from = last.seq + 1;
  }
}

/** Checks the chain in the database against its seals and the head that is kept outside of it. */
export async function verifyAudit(database: Database, keeper: SealKeeper): Promise<ChainReport> {
  // The head is read first: what is sealed while the check runs only makes the chain longer than it.
  const head = await keeper.readHead();
  const { records } = database;
  const entries = chainOf(records);
  const seals = await records.audit.seals();
  const check = new ChainCheck(seals, [keeper.publicKey], head);
  const newest = seals.at(-1)?.seq ?? 0;
  for await (const entry of entries) {
    // Sealed after the seals were read.
    if (entry.seq > newest && entry.seq > (head?.seq ?? 0)) break;
    check.add(entry);
  }
  return check.end();
}
