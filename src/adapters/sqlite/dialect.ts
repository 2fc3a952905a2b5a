import type { DatabaseSync } from 'node:sqlite';
import { type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

const MAX_STATEMENTS = 500;

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

/** One node:sqlite connection under kysely; statements are prepared once and kept. */
class Connection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #settled: () => Promise<void> | undefined;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync, settled: () => Promise<void> | undefined) {
    this.#database = database;
    this.#settled = settled;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const settled = this.#settled();
    return settled ? settled.then(() => this.#execute(query)) : this.#execute(query);
  }

  #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const { statement, returnsRows } = this.#prepare(query.sql);
      const parameters = query.parameters as SQLInputValue[];
      if (returnsRows) return Promise.resolve({ rows: statement.all(...parameters) as R[] });
      const { changes } = statement.run(...parameters);
      return Promise.resolve({ rows: [], numAffectedRows: BigInt(changes) });
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('not used: lists are read page by page');
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known) return known;
    if (this.#prepared.size >= MAX_STATEMENTS) this.#prepared.clear();
    const statement = this.#database.prepare(text);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

/** Transactions are driven by the caller, so the driver has none of its own. Queries wait for `settled` first. */
export function nodeSqliteDialect(
  database: DatabaseSync,
  settled: () => Promise<void> | undefined = () => undefined,
): Dialect {
  const connection = new Connection(database, settled);
  const none = () => Promise.reject(new Error('use Database.change'));
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: none,
    commitTransaction: none,
    rollbackTransaction: none,
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(database.close()),
  };
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
