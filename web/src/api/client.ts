import { type Api, routes } from './generated.ts';

export type EndpointId = keyof Api;
export type Answer<E extends EndpointId> = Api[E]['answer'];

/** A call that the server refused or that never reached it; `requestId` finds it in the server's log. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

type Given<T> = T extends undefined ? unknown : T;
type Part<Name extends string, T> = [T] extends [undefined]
  ? { readonly [K in Name]?: undefined }
  : Record<string, never> extends T
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T };
type Flat<T> = { [K in keyof T]: T[K] };
/** Endpoint by endpoint, each one plain object: TypeScript would multiply the parts of all with each other. */
type Arguments = {
  [E in EndpointId]: Flat<
    Part<'params', Api[E]['params']> & Part<'query', Api[E]['query']> & Part<'body', Api[E]['body']>
  >;
};
export type CallArguments<E extends EndpointId> = Arguments[E];

function addressOf(path: string, params: unknown, query: unknown): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, string | number | boolean | undefined>))
    if (value !== undefined && value !== '') search.set(name, String(value));
  return search.size > 0 ? `${filled}?${search}` : filled;
}

async function failure(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const problem: unknown = await response.json().catch(() => undefined);
  if (typeof problem !== 'object' || problem === null)
    return new ApiError(response.status, 'unknown', `the server answered ${response.status}`, requestId);
  const { code, detail, title } = problem as Record<string, unknown>;
  return new ApiError(response.status, String(code), String(detail ?? title), requestId);
}

/** Calls an endpoint; a refusal and a lost connection are both an `ApiError`, the latter with status 0. */
export async function call<E extends EndpointId>(
  id: E,
  input: CallArguments<E>,
  signal?: AbortSignal,
): Promise<Given<Answer<E>>> {
  const { method, path } = routes[id];
  const { params, query, body } = input as { params?: unknown; query?: unknown; body?: unknown };
  const file = body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(addressOf(path, params, query), {
      method,
      headers: body !== undefined && !file ? { 'content-type': 'application/json' } : {},
      ...(body !== undefined && { body: file ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'the server does not answer');
  }
  if (!response.ok) throw await failure(response);
  return (response.status === 204 ? undefined : await response.json()) as Given<Answer<E>>;
}
