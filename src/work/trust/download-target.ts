import { AssayError } from '../../lib/error.ts';
import type { HttpClient } from '../../ports/http-client.ts';

/** The bytes of a target as the server sends them; whoever reads them checks them. */
export async function* downloadTarget(http: HttpClient, url: URL): AsyncGenerator<Uint8Array> {
  const answer = await http({ method: 'GET', url });
  if (answer.status === 200) return yield* answer.body;
  answer.discard();
  throw answer.status === 404
    ? new AssayError('trust-incomplete', `the server does not have ${url.pathname}`)
    : new AssayError('remote-refused', `${url.host} answers ${answer.status} for ${url.pathname}`);
}
