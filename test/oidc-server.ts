import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What the tests use of the package `oidc-provider`, which has no types of its own. */
interface ProviderModule {
  readonly default: new (
    issuer: string,
    configuration: Record<string, unknown>,
  ) => { callback(): Parameters<typeof createServer>[1]; on(event: string, told: (...data: unknown[]) => void): void };
}

export interface OidcServer extends AsyncDisposable {
  readonly url: string;
  /** Groups that the claims of a person carry. */
  groups: Record<string, readonly string[]>;
}

export const CLIENT_SECRET = 'a-client-secret-of-some-length-0001';

/** A real OpenID provider on loopback; its login page takes any password. */
export async function startOidcServer(redirectUri: string): Promise<OidcServer> {
  const name = 'oidc-provider';
  const { default: Provider } = (await import(name)) as ProviderModule;
  const server: Server = createServer((request, response) => handler?.(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oidc: OidcServer = {
    url,
    groups: {},
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const provider = new Provider(url, {
    clients: [
      {
        client_id: 'assay',
        client_secret: CLIENT_SECRET,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: true }, deviceFlow: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ['a key for tests'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        preferred_username: id,
        email: `${id}@example.org`,
        email_verified: true,
        groups: oidc.groups[id] ?? [],
      }),
    }),
  });
  const handler = provider.callback();
  return oidc;
}

/** A browser in small: follows redirects by hand and keeps cookies of each origin. */
export class Jar {
  readonly #cookies = new Map<string, Map<string, string>>();

  async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(address);
    const own = this.#cookies.get(origin) ?? new Map<string, string>();
    const headers = new Headers(init.headers);
    if (own.size > 0) headers.set('cookie', [...own].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(address, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const cut = pair.indexOf('=');
      const value = pair.slice(cut + 1);
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) own.delete(pair.slice(0, cut));
      else own.set(pair.slice(0, cut), value);
    }
    this.#cookies.set(origin, own);
    return answer;
  }

  cookie(address: string, name: RegExp): string | undefined {
    return [...(this.#cookies.get(new URL(address).origin) ?? [])].find(([key]) => name.test(key))?.[1];
  }

  /** Goes on until a page or an address of `until`; fills the provider's pages as this person. */
  async follow(
    start: string,
    person: string,
    until: (address: string) => boolean,
  ): Promise<{ address: string; answer: Response }> {
    let address = start;
    let answer = await this.fetch(address);
    for (let step = 0; step < 30; step++) {
      const location = answer.headers.get('location');
      if (location !== null) {
        address = new URL(location, address).href;
        if (until(address)) return { address, answer };
        answer = await this.fetch(address);
        continue;
      }
      const page = await answer.text();
      const form = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
      if (form === undefined) return { address, answer: new Response(page, { status: answer.status }) };
      const fields = new URLSearchParams();
      for (const [tag] of page.matchAll(/<input[^>]*>/g))
        fields.set(/\sname="([^"]+)"/.exec(tag)?.[1] ?? '', /\svalue="([^"]*)"/.exec(tag)?.[1] ?? '');
      if (fields.has('login')) fields.set('login', person);
      if (fields.has('password')) fields.set('password', 'x');
      address = new URL(form.replaceAll('&amp;', '&'), address).href;
      answer = await this.fetch(address, { method: 'POST', body: fields });
    }
    throw new Error('the sign-in never ends');
  }
}
