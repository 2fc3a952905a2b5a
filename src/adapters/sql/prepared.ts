import type { CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * A query compiled once and run with new parameters each time, for the few that every pull makes. The parameters stand
 * in the order in which the query names them.
 */
export function prepared<R>(
  db: Kysely<Schema>,
  query: CompiledQuery<R>,
): (...parameters: readonly unknown[]) => Promise<R | undefined> {
  return async (...parameters) => (await db.executeQuery<R>({ ...query, parameters })).rows[0];
}
