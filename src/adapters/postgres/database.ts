import { Kysely, PostgresDialect, sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError, systemCode } from '../../lib/error.ts';
import type { Database, Records } from '../../ports/database.ts';
import { migrate } from '../sql/migrate.ts';
import { sqlRecords } from '../sql/records.ts';
import type { KeepTimes } from '../sql/registry/keep-times.ts';
import type { Schema } from '../sql/schema.ts';
import { binaryCollation } from './collation.ts';
import { connectPool, type OpenPool } from './pool.ts';
import { postgresError } from './postgres-error.ts';

const MAX_ATTEMPTS = 30;
/** A key may be taken by a transaction that ran beside ours; a second look tells. Beyond this the key is really taken. */
const MAX_UNIQUE_ATTEMPTS = 3;
/** A database that takes longer to say nothing is not there. */
const REACHED_MS = 2000;
/** Any number, the same in every Assay: migrations of two processes that start together take turns. */
const MIGRATION_LOCK = 4_771_120_301;

/**
 * PostgreSQL through `pg` (an optional package). Every change is one SERIALIZABLE transaction, run again when the
 * server finds that it conflicts with another (40001, 40P01), so change functions are repeatable.
 */
export async function openPostgres(url: string, now: number, keep?: KeepTimes): Promise<Database> {
  const pool = await connectPool(url);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  try {
    await assertDurable(db);
    await db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
      await migrate(tx, 'bytea', now);
      await binaryCollation(tx);
    });
  } catch (error) {
    await pool.end();
    throw postgresError(error, 'opening the database');
  }
  return new PostgresDatabase(db, pool, keep);
}

/** A server that answers before its log is on disk would lose what Assay has acknowledged. */
async function assertDurable(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')`.execute(db);
  for (const { name, setting } of rows)
    if (setting === 'off')
      throw new AssayError('storage-failed', `PostgreSQL runs with ${name} = off; Assay needs it on`);
}

class PostgresDatabase implements Database {
  readonly records: Records;
  readonly #db: Kysely<Schema>;
  readonly #pool: OpenPool;
  readonly #keep: KeepTimes | undefined;

  constructor(db: Kysely<Schema>, pool: OpenPool, keep: KeepTimes | undefined) {
    this.#db = db;
    this.#pool = pool;
    this.#keep = keep;
    this.records = sqlRecords(db, keep);
  }

  async change<T>(work: (records: Records) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#db
          .transaction()
          .setIsolationLevel('serializable')
          .execute((tx) => work(sqlRecords(tx, this.#keep)));
      } catch (error) {
        if (!worthAnotherTry(error, attempt)) throw postgresError(error, 'writing to the database');
        await sleep(Math.random() * Math.min(200, 4 * 2 ** attempt));
      }
    }
  }

  async reachable(): Promise<boolean> {
    const asked = sql`select 1`.execute(this.#db).then(
      () => true,
      () => false,
    );
    return await Promise.race([asked, sleep(REACHED_MS, false, { ref: false })]);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/** SQLSTATE classes (PostgreSQL documentation, appendix A). */
function worthAnotherTry(error: unknown, attempt: number): boolean {
  const code = systemCode(error);
  if (code === '40001' || code === '40P01') return attempt < MAX_ATTEMPTS;
  return code === '23505' && attempt < MAX_UNIQUE_ATTEMPTS;
}
