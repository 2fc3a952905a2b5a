import type { IncomingMessage, ServerResponse } from 'node:http';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { errorTable } from '../../lib/error-table.ts';

/** Sends JSON with its exact length; HEAD gets the same headers and no body. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.length,
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export function sendEmpty(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, ...(status !== 204 && { 'Content-Length': '0' }) });
  response.end();
}

/** Any failure as the error that a client may see; what was not foreseen stays in the log. */
export function toAssayError(error: unknown): AssayError {
  return isAssayError(error) ? error : new AssayError('internal', undefined, { cause: error });
}

/** An error in the form of the OCI distribution specification 1.1, "Error codes". */
export function sendRegistryError(
  request: IncomingMessage,
  response: ServerResponse,
  error: AssayError,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const row = errorTable[error.code];
  const retry: Record<string, string> =
    error.retryAfter === undefined ? {} : { 'Retry-After': String(error.retryAfter) };
  finishBody(request, response);
  const detail = error.detail === undefined ? {} : { detail: error.detail };
  sendJson(
    response,
    row.status,
    { errors: [{ code: row.oci, message: error.message, ...detail }] },
    { ...headers, ...retry },
  );
}

const DRAIN_BYTES = 4 * 1024 * 1024;

/** A refused request may still be sending: a little is read away, then the connection is closed after the answer. */
export function finishBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.readableEnded) return;
  if (Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY) > DRAIN_BYTES) {
    response.shouldKeepAlive = false;
    response.once('finish', () => setTimeout(() => request.socket.destroySoon(), 100).unref());
  }
  request.resume();
}
