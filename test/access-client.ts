import assert from 'node:assert/strict';
import { basic, type TestServer } from './server.ts';

export const PASSWORD = 'a-long-password-7';

export interface ApiAnswer<T> {
  readonly status: number;
  readonly value: T;
  readonly text: string;
}

/** One call of /api as an account (its name, with the tests' password), an Authorization value, or the administrator. */
export async function api<T = Record<string, unknown>>(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  as?: string,
): Promise<ApiAnswer<T>> {
  const answer = await server.fetch(`/api/v1${path}`, {
    method,
    ...(as !== undefined && { as: as.includes(' ') ? as : basic(as, PASSWORD) }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  return { status: answer.status, value: (text === '' ? undefined : JSON.parse(text)) as T, text };
}

/** As `api`, for steps that must succeed. */
export async function done<T = Record<string, unknown>>(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  as?: string,
): Promise<T> {
  const answer = await api<T>(server, method, path, body, as);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.value;
}

export async function addPerson(server: TestServer, ...names: readonly string[]): Promise<void> {
  for (const name of names) await done(server, 'POST', '/accounts', { name, password: PASSWORD });
}

/** Asks the token endpoint for a scope; the answer with its words. */
export async function askToken(
  server: TestServer,
  as: string | null,
  scope: string,
): Promise<{ status: number; token: string; scope: string; bearer: string }> {
  const answer = await server.fetch(`/token?service=x&scope=${encodeURIComponent(scope)}`, { as });
  const value = (await answer.json()) as { token: string; scope: string };
  return { status: answer.status, token: value.token, scope: value.scope, bearer: `Bearer ${value.token}` };
}
