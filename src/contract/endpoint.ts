import type { z } from 'zod';
import type { ErrorCode } from '../lib/error-table.ts';

/**
 * Who may call an endpoint. `anyone` needs no sign-in, `signed-in` an account, `administrator` an administrator's;
 * `viewer` answers each caller with what that caller may see, and the use case behind it checks the rest.
 */
export type Right = 'anyone' | 'viewer' | 'signed-in' | 'administrator';

/** One endpoint of /api, declared once: routing, checking, the OpenAPI document and the console's types follow it. */
export interface Endpoint {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `{name}` for parameters; a repository's slashes travel percent-encoded. */
  readonly path: string;
  readonly summary: string;
  readonly right: Right;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Largest request body in bytes; 64 KiB when absent. */
  readonly maxBodyBytes?: number;
  /** Absent, without `stream` too: 204 and no body. */
  readonly answer?: z.ZodType;
  /** Media type of an answer that is bytes as they come. */
  readonly stream?: string;
  /** A picture that pages of other sites may show; it then is what somebody sees who has not signed in. */
  readonly embeddable?: true;
  readonly status?: 200 | 201 | 202;
  /** Whose protocol it speaks; errors then have that one's form. */
  readonly wire?: 'harbor' | 'clair';
  readonly errors: readonly ErrorCode[];
}

export function endpoint<const E extends Endpoint>(declaration: E): E {
  return declaration;
}

export interface CallInput<E extends Endpoint> {
  readonly params: E extends { params: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly query: E extends { query: infer S extends z.ZodType } ? z.output<S> : Record<string, never>;
  readonly body: E extends { body: infer S extends z.ZodType } ? z.output<S> : undefined;
}

export type CallAnswer<E extends Endpoint> = E extends { answer: infer S extends z.ZodType }
  ? z.input<S>
  : E extends { stream: string }
    ? AsyncIterable<Uint8Array>
    : void;
