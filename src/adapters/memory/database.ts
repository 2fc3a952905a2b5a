import type { Database } from '../../ports/database.ts';
import { openSqlite } from '../sqlite/database.ts';
import type { KeepTimes } from '../sql/registry/keep-times.ts';

/**
 * A database without a file, for tests and for commands that need none. It is SQLite's own in-memory database, so it
 * cannot differ from the stored one in what it answers.
 */
export function memoryDatabase(now = 0, keep?: KeepTimes): Promise<Database> {
  return openSqlite(':memory:', now, keep);
}
