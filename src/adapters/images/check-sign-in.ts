import type { HttpClient } from '../../ports/http-client.ts';
import { RegistryClient } from './registry-client.ts';

/** Asks a registry whether it takes a name and password, as docker login does (GET /v2/). Throws when it does not. */
export async function checkSignIn(
  host: string,
  credential: { name: string; password: string },
  http: HttpClient,
): Promise<void> {
  const client = new RegistryClient(host, { http, credentials: async () => ({ kind: 'password', ...credential }) });
  (await client.send({ method: 'GET', path: '/v2/', scopes: [] })).discard();
}
