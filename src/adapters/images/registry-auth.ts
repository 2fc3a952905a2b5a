import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { Credential } from '../../ports/credentials.ts';
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts';

/** One way in that a 401 offers (RFC 9110 section 11.6.1). */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADER = 16 * 1024;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;

/** Reads a WWW-Authenticate header; what cannot be read ends the list. */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MAX_HEADER);
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const skip = (characters: string) => {
    while (at < text.length && characters.includes(text[at]!)) at++;
  };
  const word = (): string | undefined => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match) at = TOKEN.lastIndex;
    return match?.[0];
  };
  for (;;) {
    skip(' \t,');
    const name = word();
    if (name === undefined) return found;
    const after = at;
    skip(' \t');
    if (text[at] !== '=') {
      at = after;
      found.push({ scheme: name.toLowerCase(), parameters: new Map() });
      continue;
    }
    at++;
    skip(' \t');
    const value = text[at] === '"' ? quoted() : word();
    if (value === undefined) return found;
    found.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  function quoted(): string | undefined {
    let value = '';
    for (at++; at < text.length; at++) {
      const char = text[at]!;
      if (char === '"') {
        at++;
        return value;
      }
      if (char === '\\' && at + 1 < text.length) at++;
      value += text[at]!;
    }
    return undefined;
  }
}

const answerSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});
const CLIENT_ID = 'assay';
/** Tokens that do not say how long they live count for a minute (docker registry token protocol). */
const DEFAULT_SECONDS = 60;

export interface BearerToken {
  readonly value: string;
  /** In the milliseconds of `performance.now()`, with a margin. */
  readonly until: number;
}

/**
 * Asks the token server that a challenge names: POST as OAuth 2 with a refresh token, GET with Basic or nothing
 * otherwise. Credentials go only to a realm that is https, or on the registry's own host.
 */
export async function fetchToken(
  http: HttpClient,
  challenge: Challenge,
  scopes: readonly string[],
  credential: Credential | undefined,
  registry: URL,
): Promise<BearerToken> {
  const realm = readRealm(challenge, registry);
  const service = challenge.parameters.get('service');
  const answer =
    credential?.kind === 'refresh'
      ? await postForToken(http, realm, service, scopes, credential.token)
      : await getToken(http, realm, service, scopes, credential);
  if (answer.status !== 200) {
    answer.discard();
    if (answer.status === 401 || answer.status === 403 || answer.status === 400)
      throw new AssayError(
        'credentials-invalid',
        credential
          ? `${registry.host} refused the stored sign-in; run assay login ${registry.host}`
          : `${registry.host} gives no anonymous access; run assay login ${registry.host}`,
      );
    throw new AssayError('remote-refused', `the token server ${realm.host} answered ${answer.status}`);
  }
  const body = Buffer.from(await collectBytes(answer.body, 1024 * 1024, 'the token')).toString('utf8');
  const parsed = answerSchema.safeParse(parse(body));
  const value = parsed.success ? (parsed.data.token ?? parsed.data.access_token) : undefined;
  if (!parsed.success || !value || /[^\x21-\x7e]/.test(value))
    throw new AssayError('remote-refused', `the token server ${realm.host} gave no token`);
  return { value, until: performance.now() + Math.max(10, (parsed.data.expires_in ?? DEFAULT_SECONDS) * 0.8) * 1000 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readRealm(challenge: Challenge, registry: URL): URL {
  const text = challenge.parameters.get('realm') ?? '';
  let realm: URL;
  try {
    realm = new URL(text, registry);
  } catch (cause) {
    throw new AssayError('remote-refused', `${registry.host} names no token server`, { cause });
  }
  if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && realm.hostname === registry.hostname))
    throw new AssayError(
      'remote-refused',
      `${registry.host} names the token server ${realm.origin}, which is not https`,
    );
  return realm;
}

function getToken(
  http: HttpClient,
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  credential: Extract<Credential, { kind: 'password' }> | undefined,
): Promise<HttpAnswer> {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credential) url.searchParams.set('account', credential.name);
  return http({ method: 'GET', url, headers: credential ? { Authorization: basicOf(credential) } : {} });
}

async function postForToken(
  http: HttpClient,
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  refreshToken: string,
): Promise<HttpAnswer> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: CLIENT_ID,
    refresh_token: refreshToken,
    scope: scopes.join(' '),
    ...(service !== undefined && { service }),
  });
  const body = Buffer.from(form.toString());
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length) };
  return http({ method: 'POST', url: realm, headers, body });
}

export function basicOf({ name, password }: { name: string; password: string }): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
