import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, FlattenedSign } from 'jose';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { HttpClient } from '../../ports/http-client.ts';

const MAX_ANSWER = 256 * 1024;
const POLL_MS = 1000;
const TIMEOUT_MS = 30_000;
const MAX_POLLS = 60;
const MAX_NONCES = 10;
const BAD_NONCE = 'urn:ietf:params:acme:error:badNonce';

const directoryShape = z.object({ newNonce: z.url(), newAccount: z.url(), newOrder: z.url() });
const orderShape = z.object({
  status: z.string(),
  authorizations: z.array(z.url()).max(100),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: z.object({ detail: z.string().optional() }).optional(),
});
const authorizationShape = z.object({
  status: z.string(),
  identifier: z.object({ value: z.string() }),
  challenges: z.array(
    z.object({
      type: z.string(),
      url: z.url(),
      token: z.string().max(500).optional(),
      error: z.object({ detail: z.string().optional() }).optional(),
    }),
  ),
});

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Buffer;
}

/** Shows that a name is ours while it is asked for: RFC 8737 wants the SHA-256 of the key authorization. */
export interface ChallengeResponder {
  show(name: string, digest: Uint8Array): Disposable;
}

/** A client of RFC 8555 for one account key (ECDSA P-256); names are proven by tls-alpn-01. Throws `acme-failed`. */
export class AcmeClient {
  readonly #http: HttpClient;
  readonly #directoryUrl: URL;
  readonly #key: KeyObject;
  #directory: z.output<typeof directoryShape> | undefined;
  #nonce: string | undefined;
  #account: string | undefined;

  constructor(http: HttpClient, directory: URL, key: KeyObject) {
    this.#http = http;
    this.#directoryUrl = directory;
    this.#key = key;
  }

  /** The chain in PEM for a request that names exactly these hosts. */
  async order(
    names: readonly string[],
    request: Uint8Array,
    responder: ChallengeResponder,
    contact: string | undefined,
  ): Promise<string> {
    const directory = await this.#find();
    // Section 7.3: the account is made, or found again by its key.
    const account = await this.#post(directory.newAccount, {
      termsOfServiceAgreed: true,
      ...(contact !== undefined && { contact: [`mailto:${contact}`] }),
    });
    this.#account = account.location;
    if (this.#account === undefined) throw failed('the authority named no account');
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const made = await this.#post(directory.newOrder, { identifiers });
    const at = made.location;
    if (at === undefined) throw failed('the authority named no order');
    const order = read(orderShape, made.body);
    for (const url of order.authorizations) await this.#prove(url, responder);
    await this.#post(order.finalize, { csr: Buffer.from(request).toString('base64url') });
    const done = await this.#until(
      at,
      orderShape,
      ({ status }) => status !== 'processing' && status !== 'ready' && status !== 'pending',
    );
    if (done.status !== 'valid' || done.certificate === undefined)
      throw failed(`the order became ${done.status}: ${done.error?.detail ?? 'no reason given'}`);
    return (await this.#post(done.certificate)).body.toString('utf8');
  }

  /** Section 7.5: answers the challenge of one name. */
  async #prove(url: string, responder: ChallengeResponder): Promise<void> {
    const authorization = read(authorizationShape, (await this.#post(url)).body);
    if (authorization.status === 'valid') return;
    const name = authorization.identifier.value;
    const challenge = authorization.challenges.find(({ type }) => type === 'tls-alpn-01');
    if (challenge?.token === undefined) throw failed(`the authority offers no tls-alpn-01 for ${name}`);
    const text = `${challenge.token}.${await calculateJwkThumbprint(await this.#jwk())}`;
    using _shown = responder.show(name, createHash('sha256').update(text).digest());
    await this.#post(challenge.url, {});
    const after = await this.#until(
      url,
      authorizationShape,
      ({ status }) => status !== 'pending' && status !== 'processing',
    );
    if (after.status === 'valid') return;
    const reason = after.challenges.find(({ error }) => error)?.error?.detail;
    throw failed(`${name} could not be proven: ${reason ?? after.status}`);
  }

  async #until<T>(url: string, shape: z.ZodType<T>, ready: (value: T) => boolean): Promise<T> {
    for (let polls = 0; polls < MAX_POLLS; polls++) {
      const value = read(shape, (await this.#post(url)).body);
      if (ready(value)) return value;
      await pause(POLL_MS, undefined, { ref: false });
    }
    throw failed('the authority did not decide in time');
  }

  async #jwk() {
    const { kty, crv, x, y } = await exportJWK(createPublicKey(this.#key));
    return { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' };
  }

  async #find(): Promise<z.output<typeof directoryShape>> {
    this.#directory ??= read(directoryShape, (await this.#send('GET', this.#directoryUrl)).body);
    return this.#directory;
  }

  /** A signed request (section 6.2); without a payload POST-as-GET (section 6.3). A nonce that is refused is replaced (section 6.5). */
  async #post(url: string, payload?: object): Promise<Answer> {
    for (let tries = 0; ; tries++) {
      const answer = await this.#send('POST', new URL(url), await this.#sign(url, payload));
      if (answer.status < 300) return answer;
      const problem = z
        .object({ type: z.string().optional(), detail: z.string().optional() })
        .safeParse(parse(answer.body)).data;
      if (problem?.type === BAD_NONCE && tries < MAX_NONCES) continue;
      throw failed(`${new URL(url).host} answered ${answer.status}: ${problem?.detail?.slice(0, 500) ?? 'no reason'}`);
    }
  }

  async #sign(url: string, payload: object | undefined): Promise<Buffer> {
    const nonce = this.#nonce ?? (await this.#freshNonce());
    this.#nonce = undefined;
    const who = this.#account === undefined ? { jwk: await this.#jwk() } : { kid: this.#account };
    const text = payload === undefined ? '' : JSON.stringify(payload);
    const jws = await new FlattenedSign(Buffer.from(text))
      .setProtectedHeader({ alg: 'ES256', nonce, url, ...who })
      .sign(this.#key);
    return Buffer.from(JSON.stringify(jws));
  }

  async #freshNonce(): Promise<string> {
    await this.#send('HEAD', new URL((await this.#find()).newNonce));
    if (this.#nonce === undefined) throw failed('the authority gave no nonce');
    return this.#nonce;
  }

  async #send(method: string, url: URL, body?: Buffer): Promise<Answer> {
    if (url.protocol !== 'https:') throw failed(`${url.href.slice(0, 200)} is not https://`);
    const headers = body && { 'Content-Type': 'application/jose+json', 'Content-Length': String(body.length) };
    const answer = await this.#http({
      method,
      url,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(headers && { headers }),
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > MAX_ANSWER) throw failed('the authority’s answer is too long');
      chunks.push(chunk);
    }
    const nonce = answer.headers['replay-nonce'];
    if (typeof nonce === 'string' && /^[A-Za-z0-9_-]{1,500}$/.test(nonce)) this.#nonce = nonce;
    return { status: answer.status, location: answer.headers.location, body: Buffer.concat(chunks) };
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function read<T>(shape: z.ZodType<T>, body: Buffer): T {
  const result = shape.safeParse(parse(body));
  if (!result.success) throw failed('the authority’s answer is not understood');
  return result.data;
}

function failed(reason: string): AssayError {
  return new AssayError('acme-failed', reason);
}
