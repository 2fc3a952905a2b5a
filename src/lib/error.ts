import { type ErrorCode, errorTable } from './error-table.ts';

/** The one base of expected failures: a code of the table, words for a person, and what a program may want to know. */
export class AssayError extends Error {
  override readonly name = 'AssayError';
  readonly code: ErrorCode;
  readonly detail: unknown;
  /** Seconds after which trying again may help; becomes Retry-After. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message?: string, options?: { cause?: unknown; detail?: unknown; retryAfter?: number }) {
    super(message ?? errorTable[code].text, options && 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.detail = options?.detail;
    this.retryAfter = options?.retryAfter;
  }
}

/** True when `error` is an Assay error of one of `codes` (of any code when none is given). */
export function isAssayError(error: unknown, ...codes: ErrorCode[]): error is AssayError {
  return error instanceof AssayError && (codes.length === 0 || codes.includes(error.code));
}

/** Node's error code (ENOENT, EADDRINUSE …) of an unknown failure, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A failure of the operating system in our words: a full disk and a read-only one are told apart from the rest. */
export function storageError(error: unknown, doing: string): AssayError {
  if (error instanceof AssayError) return error;
  const code = systemCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new AssayError('storage-full', `the disk is full while ${doing}`, { cause: error });
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  return new AssayError('storage-failed', `${doing} failed: ${reason}`, { cause: error });
}
