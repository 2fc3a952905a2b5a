import { setTimeout as pause } from 'node:timers/promises';
import { AssayError, isAssayError } from '../../lib/error.ts';
import { collectBytes } from '../../oci/verified.ts';
import type { Credential, FindCredential } from '../../ports/credentials.ts';
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts';
import { basicOf, type BearerToken, fetchToken, parseChallenges } from './registry-auth.ts';

export interface RegistryRequest {
  readonly method: string;
  /** Path on the registry, or a whole URL that the registry gave (upload locations). */
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each try, since a stream can be sent once. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** `repository:NAME:ACTIONS`, as the token protocol spells it. */
  readonly scopes: readonly string[];
  /** Statuses besides 2xx that the caller reads; others are thrown. */
  readonly expected?: readonly number[];
  /** A failure is thrown at once; the caller goes on where it broke off. */
  readonly once?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 60_000;
const MAX_REDIRECTS = 5;
const HUB = 'registry-1.docker.io';

/** The host to speak to for the host in a name. */
function hostOf(name: string): string {
  return name === 'docker.io' || name === 'index.docker.io' ? HUB : name;
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}

/**
 * Speaks to one registry (OCI distribution specification 1.1): tokens, Basic or nobody; tries again with growing pauses
 * or as Retry-After says; follows redirects of reads without handing credentials to another host.
 */
export class RegistryClient {
  readonly host: string;
  readonly #http: HttpClient;
  readonly #find: FindCredential;
  readonly #tokens = new Map<string, BearerToken>();
  #credential: Promise<Credential | undefined> | undefined;
  #base: Promise<URL> | undefined;
  #basic = false;

  constructor(host: string, access: { http: HttpClient; credentials: FindCredential }) {
    this.host = host;
    this.#http = access.http;
    this.#find = access.credentials;
  }

  /** Sends a request; the answer is 2xx or one of the expected statuses. */
  async send(request: RegistryRequest): Promise<HttpAnswer> {
    let fresh = false;
    for (let attempt = 1; ; attempt++) {
      const last = request.once === true || attempt >= TRIES;
      let answer: HttpAnswer;
      try {
        answer = await this.#follow(request);
      } catch (error) {
        if (last || !isAssayError(error, 'network-failed') || !worthAnother(error)) throw error;
        await pause(pauseMs(attempt, undefined), undefined, { signal: request.signal });
        continue;
      }
      const { status } = answer;
      if ((status >= 200 && status < 300) || request.expected?.includes(status)) return answer;
      if (status === 401 && !fresh) {
        fresh = true;
        attempt--;
        answer.discard();
        await this.#authorise(answer, request.scopes);
        continue;
      }
      if (!last && (status === 429 || (status >= 500 && status !== 501 && status !== 507))) {
        answer.discard();
        await pause(pauseMs(attempt, answer.headers['retry-after']), undefined, { signal: request.signal });
        continue;
      }
      throw await refusal(this.host, answer);
    }
  }

  async #follow(request: RegistryRequest): Promise<HttpAnswer> {
    const base = await this.#baseUrl();
    let url = new URL(request.path, base);
    for (let hop = 0; ; hop++) {
      const own = url.host === base.host;
      const authorization = own ? await this.#authorization(request.scopes) : undefined;
      const headers = { ...request.headers, ...(authorization !== undefined && { Authorization: authorization }) };
      const answer = await this.#http({
        method: request.method,
        url,
        headers,
        body: request.body?.(),
        signal: request.signal,
      });
      const location = answer.headers.location;
      const redirected = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
      if (!redirected || (request.method !== 'GET' && request.method !== 'HEAD')) return answer;
      answer.discard();
      const next = new URL(location, url);
      if (hop >= MAX_REDIRECTS)
        throw new AssayError('remote-refused', `${this.host} redirects more than ${MAX_REDIRECTS} times`);
      if (next.protocol !== 'https:' && !(next.protocol === 'http:' && url.protocol === 'http:'))
        throw new AssayError('remote-refused', `${this.host} redirects to ${next.origin}, which is not https`);
      url = next;
    }
  }

  /** https, but on loopback http first, as is the custom there. */
  #baseUrl(): Promise<URL> {
    this.#base ??= (async () => {
      const host = hostOf(this.host);
      const secure = new URL(`https://${host}/`);
      if (!isLoopback(host)) return secure;
      const plain = new URL(`http://${host}/`);
      try {
        const answer = await this.#http({ method: 'GET', url: new URL('/v2/', plain) });
        answer.discard();
        return answer.status === 400 ? secure : plain;
      } catch (error) {
        if (error instanceof Error && /nothing listens/.test(error.message)) throw error;
        return secure;
      }
    })();
    return this.#base;
  }

  async #authorization(scopes: readonly string[]): Promise<string | undefined> {
    const token = this.#tokens.get(scopes.join(' '));
    if (token && token.until > performance.now()) return `Bearer ${token.value}`;
    if (!this.#basic) return undefined;
    const credential = await this.#credential;
    return credential?.kind === 'password' ? basicOf(credential) : undefined;
  }

  /** Answers a challenge; throws when the way in it offers was taken already or is closed. */
  async #authorise(answer: HttpAnswer, scopes: readonly string[]): Promise<void> {
    this.#credential ??= this.#find(this.host);
    const credential = await this.#credential;
    const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
    const bearer = challenges.find((each) => each.scheme === 'bearer');
    if (bearer) {
      const key = scopes.join(' ');
      this.#tokens.delete(key);
      this.#tokens.set(key, await fetchToken(this.#http, bearer, scopes, credential, await this.#baseUrl()));
      return;
    }
    if (challenges.some((each) => each.scheme === 'basic') && credential?.kind === 'password' && !this.#basic) {
      this.#basic = true;
      return;
    }
    throw new AssayError(
      'unauthorized',
      credential
        ? `${this.host} refused the stored sign-in; run assay login ${this.host}`
        : `${this.host} asks for a sign-in; run assay login ${this.host}`,
    );
  }
}

/** A name that is not there or a certificate that is not trusted will not be otherwise in a second. */
function worthAnother(error: AssayError): boolean {
  const cause = error.cause as { code?: unknown } | undefined;
  const code = typeof cause?.code === 'string' ? cause.code : '';
  return !/CERT|SIGNATURE|SIGNED|ENOTFOUND|ECONNREFUSED|ERR_SSL|EPROTO/.test(code);
}

/** Doubling pauses with jitter; a server's Retry-After (seconds or a date, RFC 9110 section 10.2.3) goes first. */
export function pauseMs(attempt: number, retryAfter: string | undefined, now = Date.now()): number {
  if (retryAfter !== undefined) {
    const ms = /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
    if (ms >= 0) return Math.min(ms, MAX_PAUSE_MS);
  }
  return FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

/** The registry's own words (specification, "Error Codes"), under our code for the status. */
async function refusal(host: string, answer: HttpAnswer): Promise<AssayError> {
  const bytes = await collectBytes(answer.body, 64 * 1024, 'the error').catch(() => new Uint8Array());
  const said = messageIn(Buffer.from(bytes).toString('utf8'));
  const text = `${host} answered ${answer.status}${said === '' ? '' : `: ${said}`}`;
  const code = (
    { 401: 'unauthorized', 403: 'denied', 404: 'not-found', 413: 'body-too-large', 429: 'too-many-requests' } as const
  )[answer.status as 401];
  return new AssayError(code ?? 'remote-refused', text, { detail: { status: answer.status } });
}

function messageIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    return (errors ?? [])
      .slice(0, 3)
      .map((each) => [each.code, each.message].filter((part) => typeof part === 'string' && part !== '').join(' '))
      .join('; ')
      .slice(0, 500);
  } catch {
    return '';
  }
}
