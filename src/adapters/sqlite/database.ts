import { backup, DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { AssayError, isAssayError, storageError } from '../../lib/error.ts';
import type { Database, Records } from '../../ports/database.ts';
import { migrate } from '../sql/migrate.ts';
import { answerRepeated } from '../sql/prepared.ts';
import { sqlRecords } from '../sql/records.ts';
import type { KeepTimes } from '../sql/registry/keep-times.ts';
import type { Schema } from '../sql/schema.ts';
import { nodeSqliteDialect } from './dialect.ts';
import { RememberedReads } from './remembered-reads.ts';

interface Change {
  readonly work: (records: Records) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 256;

/**
 * SQLite in WAL mode with one writing and one reading connection. A change is durable when its promise resolves:
 * `synchronous=FULL` is asserted, and changes that arrive together share one commit, each in a savepoint of its own.
 */
export async function openSqlite(path: string, now: number, keep?: KeepTimes): Promise<Database> {
  const writer = connect(path);
  const writing = new Kysely<Schema>({ dialect: nodeSqliteDialect(writer) });
  try {
    writer.exec('begin immediate');
    await migrate(writing, 'blob', now);
    writer.exec('commit');
  } catch (error) {
    writer.close();
    throw sqliteError(error, 'opening the database');
  }
  const inMemory = path === ':memory:';
  const reader = inMemory ? writer : connect(path);
  // One connection sees its own open transaction, so reads of a database in memory wait until it has ended.
  const settled = () => (inMemory ? database.settled() : undefined);
  const reading = new Kysely<Schema>({ dialect: nodeSqliteDialect(reader, settled) });
  const remembered = inMemory ? undefined : new RememberedReads(reader);
  if (remembered) answerRepeated(reading, remembered);
  const database: SqliteDatabase = new SqliteDatabase(
    writer,
    sqlRecords(writing, keep),
    sqlRecords(reading, keep),
    inMemory ? [writer] : [reader, writer],
    remembered,
  );
  if (!inMemory) database.snapshot = (target) => snapshot(path, target);
  return database;
}

/** Pages copied at a time; other queries of this process run in between. */
const SNAPSHOT_PAGES = 1000;

/** A reading transaction holds one state fast, so that the copy never starts over however much is written meanwhile. */
async function snapshot(path: string, target: string): Promise<void> {
  const source = connect(path);
  try {
    source.exec('begin');
    source.prepare('select count(*) from migrations').get();
    await backup(source, target, { rate: SNAPSHOT_PAGES });
  } catch (error) {
    throw sqliteError(error, 'copying the database');
  } finally {
    source.close();
  }
}

function connect(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: 10_000 });
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory',
    );
    database.exec('pragma cache_size = -16000; pragma journal_size_limit = 67108864; pragma wal_autocheckpoint = 2000');
    const level = database.prepare('pragma synchronous').get() as { synchronous: number };
    if (level.synchronous !== 2) throw new AssayError('storage-failed', 'SQLite does not run with synchronous=FULL');
    return database;
  } catch (error) {
    throw sqliteError(error, `opening the database ${path}`);
  }
}

class SqliteDatabase implements Database {
  readonly records: Records;
  snapshot?: (path: string) => Promise<void>;
  readonly #writer: DatabaseSync;
  readonly #writing: Records;
  readonly #connections: readonly DatabaseSync[];
  readonly #remembered: RememberedReads | undefined;
  #queue: Change[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  #commits = 0;

  constructor(
    writer: DatabaseSync,
    writing: Records,
    reading: Records,
    connections: readonly DatabaseSync[],
    remembered: RememberedReads | undefined,
  ) {
    this.#writer = writer;
    this.#writing = writing;
    this.records = reading;
    this.#connections = connections;
    this.#remembered = remembered;
  }

  /** The data directory is locked for one process, so that every commit is one of ours. */
  commits(): number {
    return this.#commits;
  }

  reachable(): Promise<boolean> {
    return Promise.resolve(!this.#closed);
  }

  change<T>(work: (records: Records) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new AssayError('stopping'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#running ??= new Promise<void>((done) => setImmediate(done)).then(() => this.#drain());
    });
  }

  /** The end of the changes that are under way. */
  settled(): Promise<void> | undefined {
    return this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#commit(this.#queue.splice(0, MAX_BATCH));
      await new Promise<void>((done) => setImmediate(done));
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Change[]): Promise<void> {
    const settled: (() => void)[] = [];
    try {
      this.#writer.exec('begin immediate');
      for (const change of batch) settled.push(await this.#one(change));
      this.#writer.exec('commit');
      this.#commits++;
    } catch (error) {
      this.#rollBack();
      const failure = sqliteError(error, 'writing to the database');
      for (const change of batch) change.reject(failure);
      return;
    } finally {
      this.#remembered?.forget();
    }
    for (const settle of settled) settle();
  }

  #rollBack(): void {
    try {
      if (this.#writer.isTransaction) this.#writer.exec('rollback');
    } catch {
      // what made the commit fail is what the callers are told; the next one begins with a clean journal or fails too
    }
  }

  /** Runs one change in its savepoint; its caller is told only after the commit. */
  async #one(change: Change): Promise<() => void> {
    this.#writer.exec('savepoint change');
    try {
      const value = await change.work(this.#writing);
      this.#writer.exec('release change');
      return () => change.resolve(value);
    } catch (error) {
      if (!this.#writer.isTransaction) throw error;
      this.#writer.exec('rollback to change; release change');
      const failure = isAssayError(error) ? error : sqliteError(error, 'writing to the database');
      return () => change.reject(failure);
    }
  }

  /** Changes that were asked for are finished first; later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    for (const connection of this.#connections) connection.close();
  }
}

/** SQLite's result codes (sqlite.org/rescode.html) in our words; anything else stays what it is. */
function sqliteError(error: unknown, doing: string): unknown {
  if (isAssayError(error)) return error;
  const code =
    typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (code === 13) return new AssayError('storage-full', `the disk is full while ${doing}`, { cause: error });
  if (code === 8 || code === 10 || code === 14)
    return new AssayError(
      'storage-failed',
      `${doing} failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  if (code === 5 || code === 6)
    return new AssayError('data-locked', 'the database is in use by another process', { cause: error });
  if (code !== undefined) return error;
  return error instanceof Error ? error : storageError(error, doing);
}
