import type pgTypes from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { AssayError } from '../../lib/error.ts';
import { isAway, postgresError } from './postgres-error.ts';

/** What this adapter uses of a pool of connections. */
export interface OpenPool extends PostgresPool {
  end(): Promise<void>;
}

const MAX_CONNECTIONS = 10;

/** Opens the pool; `pg` is loaded only here, since most installations never need it. */
export async function connectPool(url: string): Promise<OpenPool> {
  const pg = await loadPg();
  const { INT8, NUMERIC } = pg.types.builtins;
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    application_name: 'assay',
    types: {
      // Sums, counts and times in milliseconds all stay below 2^53.
      getTypeParser: (oid, format) => (oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format)),
    },
  });
  // A connection that breaks while nobody uses it is replaced; whoever uses one is told by its query.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    connect: async () => withCleanText(await pool.connect().catch(asked)),
    end: () => pool.end(),
  } as OpenPool;
}

async function loadPg(): Promise<typeof pgTypes> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw new AssayError(
      'configuration-invalid',
      'database: PostgreSQL needs the optional package pg, which is not installed',
      { cause },
    );
  }
}

/** A database that is away is told in our words wherever it is asked; the rest is for the change that met it. */
function asked(error: unknown): never {
  throw isAway(error) ? postgresError(error, 'asking the database') : error;
}

/** PostgreSQL's text holds no NUL; names out of images may. They are kept with the replacement character. */
function withCleanText(client: PostgresPoolClient): PostgresPoolClient {
  return {
    query: ((text: string, parameters: readonly unknown[]) =>
      client.query(text, parameters.map(withoutNul)).catch(asked)) as PostgresPoolClient['query'],
    release: (discard) => client.release(discard),
  };
}

function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}
