import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { RepeatedReads, Rows } from '../sql/prepared.ts';

/** Bytes of remembered results; beyond them all are forgotten. */
const MAX_BYTES = 16 * 1024 * 1024;
/** A larger result is not worth its room. */
const MAX_RESULT_BYTES = 4 * 1024 * 1024;
const ROW_BYTES = 256;

interface Known {
  readonly statement: StatementSync;
  readonly results: Map<string, Rows>;
}

/**
 * Answers the queries of every pull, from memory when nothing was committed since. This process is the only one that
 * writes the database (`serve` holds a lock on its directory) and commits on the thread that reads, so a result is that
 * of the last committed state until `forget`, which follows each commit before anything else can run.
 */
export class RememberedReads implements RepeatedReads {
  readonly #database: DatabaseSync;
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  read(text: string, parameters: readonly unknown[]): Rows {
    const { statement, results } = this.#knownOf(text);
    const key = keyOf(parameters);
    const remembered = key === undefined ? undefined : results.get(key);
    if (remembered) return remembered;
    const rows = statement.all(...(parameters as SQLInputValue[]));
    if (key !== undefined) this.#remember(results, key, rows);
    return rows;
  }

  forget(): void {
    if (this.#bytes === 0) return;
    for (const { results } of this.#known.values()) results.clear();
    this.#bytes = 0;
  }

  #knownOf(text: string): Known {
    let known = this.#known.get(text);
    if (!known) {
      known = { statement: this.#database.prepare(text), results: new Map() };
      this.#known.set(text, known);
    }
    return known;
  }

  #remember(results: Map<string, Rows>, key: string, rows: Rows): void {
    const bytes = rows.reduce<number>((sum, row) => sum + bytesOf(row), ROW_BYTES + key.length);
    if (bytes > MAX_RESULT_BYTES) return;
    if (this.#bytes + bytes > MAX_BYTES) this.forget();
    this.#bytes += bytes;
    results.set(key, rows);
  }
}

function bytesOf(row: unknown): number {
  let bytes = ROW_BYTES;
  for (const value of Object.values(row ?? {})) {
    if (value instanceof Uint8Array) bytes += value.length;
    else if (typeof value === 'string') bytes += value.length * 2;
  }
  return bytes;
}

/** Parameters as one text, or none when they cannot be told apart that way. */
function keyOf(parameters: readonly unknown[]): string | undefined {
  let key = '';
  for (const each of parameters) {
    if (typeof each === 'string') key += `${each.length}:${each}`;
    else if (typeof each === 'number') key += `#${each};`;
    else return undefined;
  }
  return key;
}
