import type { CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export type Rows = readonly unknown[];

/** Answers repeated queries at once, as of the last committed state. */
export interface RepeatedReads {
  read(text: string, parameters: readonly unknown[]): Rows;
}

const readsOf = new WeakMap<Kysely<Schema>, RepeatedReads>();

/** Has the repeated queries of `db` answered by `reads`; said before records are made over it. */
export function answerRepeated(db: Kysely<Schema>, reads: RepeatedReads): void {
  readsOf.set(db, reads);
}

/**
 * A query compiled once and run with new parameters each time, for the few that every pull makes. The parameters stand
 * in the order in which the query names them.
 */
export function prepared<R>(
  db: Kysely<Schema>,
  query: CompiledQuery<R>,
): (...parameters: readonly unknown[]) => Promise<R | undefined> {
  const rows = preparedRows(db, query);
  return async (...parameters) => (await rows(...parameters))[0];
}

/** The same for queries that find several rows. */
export function preparedRows<R>(
  db: Kysely<Schema>,
  query: CompiledQuery<R>,
): (...parameters: readonly unknown[]) => Promise<readonly R[]> {
  const reads = readsOf.get(db);
  if (reads) return async (...parameters) => reads.read(query.sql, parameters) as readonly R[];
  return async (...parameters) => (await db.executeQuery<R>({ ...query, parameters })).rows;
}
