import { join } from 'node:path';
import { openSqlite } from '../adapters/sqlite/database.ts';
import type { Database } from '../ports/database.ts';
import type { Config } from './settings.ts';

/** The file of the embedded database in the data directory. */
export const DATABASE_FILE = 'assay.sqlite';

/** The database that the configuration names: PostgreSQL, or SQLite in the data directory. */
export async function openDatabase(config: Config, directory: string, now: number): Promise<Database> {
  const keep = {
    afterUploadMs: config.keepUnreferencedMinutes * 60_000,
    afterDeleteMs: config.keepDeletedMinutes * 60_000,
  };
  if (config.database === undefined) return openSqlite(join(directory, DATABASE_FILE), now, keep);
  const { openPostgres } = await import('../adapters/postgres/database.ts');
  return openPostgres(config.database, now, keep);
}
