import type { AssayError } from '../../lib/error.ts';
import { errorTable } from '../../lib/error-table.ts';

/** An error as RFC 9457 problem details. */
export function problemOf(
  error: AssayError,
  requestId: string,
): { status: number; headers: Record<string, string>; body: string } {
  const row = errorTable[error.code];
  const fields = Array.isArray(error.detail) ? { errors: error.detail as unknown[] } : {};
  return {
    status: row.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
    },
    body: JSON.stringify({
      type: `urn:assay:error:${error.code}`,
      title: row.text,
      status: row.status,
      detail: error.message,
      code: error.code,
      requestId,
      ...fields,
    }),
  };
}

/** An error in the form of a protocol of others: Harbor's scanner adapters, Clair 4. */
export function foreignProblemOf(
  error: AssayError,
  wire: 'harbor' | 'clair',
): { status: number; headers: Record<string, string>; body: string } {
  const { status } = errorTable[error.code];
  const harbor = wire === 'harbor';
  return {
    status: harbor && error.code === 'analysis-failed' ? 500 : status,
    headers: {
      'content-type': harbor ? 'application/vnd.scanner.adapter.error+json; version=1.0' : 'application/json',
      ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
    },
    body: JSON.stringify(
      harbor ? { error: { message: error.message, code: error.code } } : { code: error.code, message: error.message },
    ),
  };
}
