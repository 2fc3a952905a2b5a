import { AssayError, isAssayError, systemCode } from '../../lib/error.ts';

/** When a client may come again after the database was away, in seconds. */
const AWAY_SECONDS = 5;

/** Whether the database is away: the connection cannot be made or broke, or the server stops or takes no more. */
export function isAway(error: unknown): boolean {
  const code = systemCode(error);
  // pg tells of a lost connection in words only.
  if (code === undefined)
    return (
      error instanceof Error &&
      /connection (?:terminated|error|ended)|timeout (?:expired|exceeded)/i.test(error.message)
    );
  return /^(?:E[A-Z]+$|08|53|57|58|25006)/.test(code);
}

/** What PostgreSQL says, in our codes (SQLSTATE: PostgreSQL documentation, appendix A); what is no failure of it stays. */
export function postgresError(error: unknown, doing: string): unknown {
  if (isAssayError(error)) return error;
  const code = systemCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (code === '53100') return new AssayError('storage-full', `the database's disk is full while ${doing}`);
  if (code === '40001' || code === '40P01')
    return new AssayError('conflict', `${doing} kept meeting other changes`, { cause: error, retryAfter: 1 });
  if (code === '3D000' || code === '28P01' || code === '28000')
    return new AssayError('configuration-invalid', `database: PostgreSQL refused: ${reason}`, { cause: error });
  if (isAway(error))
    return new AssayError('storage-failed', `${doing} failed: ${reason || code}`, {
      cause: error,
      retryAfter: AWAY_SECONDS,
    });
  return error;
}
