import { administratorsAddresses } from '../net/addresses.ts';
import { guardedHttp } from '../net/guarded-http.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 1024 * 1024;

const http = guardedHttp({ rule: administratorsAddresses, timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER });

/** `fetch` as the OpenID Connect libraries want it, over guarded connections and without redirects. */
export async function providerFetch(
  address: string | URL,
  init: { method?: string; headers?: Headers | Record<string, string> | [string, string][]; body?: unknown } = {},
): Promise<Response> {
  const headers: Record<string, string> = {};
  new Headers(init.headers).forEach((value, name) => {
    headers[name] = value;
  });
  const body =
    init.body === undefined || init.body === null
      ? undefined
      : Buffer.from(init.body instanceof URLSearchParams ? init.body.toString() : (init.body as string));
  const answer = await http({ method: init.method ?? 'GET', url: new URL(address), headers, body });
  const empty = answer.status === 204 || answer.status === 304;
  return new Response(empty ? null : Buffer.from(answer.body), { status: answer.status, headers: answer.headers });
}
