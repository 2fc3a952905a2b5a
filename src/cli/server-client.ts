import { AssayError } from '../lib/error.ts';
import { type ErrorCode, errorTable } from '../lib/error-table.ts';
import { collectBytes } from '../oci/verified.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { findAuthorities, findCertificate } from './client/authorities.ts';
import { findCredential } from './client/docker-config.ts';
import { httpClient } from './client/http.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:5000';
const MAX_ANSWER = 1024 ** 3;

/** Where a client's trust and sign-ins come from when they are not the usual places. */
export interface ClientOptions {
  readonly tlsCa?: string | undefined;
  readonly authFile?: string | undefined;
}

/** Speaks to the /api of an Assay server with the credentials that docker keeps for its host. */
export class ServerClient {
  /** Origin, without a slash at the end. */
  readonly base: string;
  readonly #http: HttpClient;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #authFile: string | undefined;
  #authorization: Promise<string | undefined> | undefined;
  /** Of the second factor, beside a password. */
  #code: string | undefined;

  constructor(base: string, environment: NodeJS.ProcessEnv, options: ClientOptions = {}) {
    this.base = originOf(base);
    this.#http = httpClient(findAuthorities(environment, options.tlsCa), findCertificate);
    this.#environment = environment;
    this.#authFile = options.authFile;
  }

  /** Uses this name and password (or token) instead of what is stored. */
  signedInAs(name: string, password: string, code?: string): this {
    this.#authorization = Promise.resolve(basic(name, password));
    this.#code = code;
    return this;
  }

  /** Sends no credentials, whatever is stored. */
  signedInAsNobody(): this {
    this.#authorization = Promise.resolve(undefined);
    return this;
  }

  /** A body that is no bytes is sent as JSON; the answer is the JSON of the other side, not yet checked. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const bytes = body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    this.#authorization ??= this.#find();
    const authorization = await this.#authorization;
    const headers: Record<string, string> = {
      Accept: 'application/json',
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(this.#code !== undefined && { 'Assay-Code': this.#code }),
      ...(bytes && { 'Content-Length': String(bytes.length) }),
      ...(bytes && bytes !== body && { 'Content-Type': 'application/json' }),
    };
    const answer = await this.#http({ method, url: new URL(this.base + path), headers, body: bytes });
    const text = new TextDecoder().decode(await collectBytes(answer.body, MAX_ANSWER, `the answer of ${this.base}`));
    const value = text === '' ? undefined : parse(text);
    if (answer.status >= 200 && answer.status < 300) return value;
    if (answer.status === 401 && authorization === undefined)
      throw new AssayError(
        'unauthorized',
        `${this.base} asks for a sign-in; run assay login ${new URL(this.base).host}`,
      );
    throw problem(this.base, answer.status, value);
  }

  /** As `call`, for an answer that is bytes as they come. */
  async stream(method: string, path: string): Promise<AsyncIterable<Uint8Array>> {
    this.#authorization ??= this.#find();
    const authorization = await this.#authorization;
    const headers: Record<string, string> = { ...(authorization !== undefined && { Authorization: authorization }) };
    const answer = await this.#http({ method, url: new URL(this.base + path), headers });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    const text = await collectBytes(answer.body, MAX_ANSWER, `the answer of ${this.base}`);
    throw problem(this.base, answer.status, parse(new TextDecoder().decode(text)));
  }

  /** True when the other side says that it is an Assay server (`_assay` in its list of extensions). */
  async isAssay(): Promise<boolean> {
    const url = new URL(`${this.base}/v2/_oci/ext/discover`);
    const answer = await this.#http({ method: 'GET', url });
    if (answer.status !== 200) {
      answer.discard();
      return false;
    }
    const value = parse(new TextDecoder().decode(await collectBytes(answer.body, 64 * 1024, 'the list of extensions')));
    const list = typeof value === 'object' && value !== null && 'extensions' in value ? value.extensions : undefined;
    return (
      Array.isArray(list) &&
      list.some(
        (each: unknown) => typeof each === 'object' && each !== null && 'name' in each && each.name === '_assay',
      )
    );
  }

  async #find(): Promise<string | undefined> {
    const found = await findCredential(this.#environment, this.#authFile)(new URL(this.base).host);
    if (!found) return undefined;
    return found.kind === 'refresh' ? basic('<token>', found.token) : basic(found.name, found.password);
  }
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function originOf(base: string): string {
  const text = /^https?:\/\//.test(base) ? base : `${isLoopback(base) ? 'http' : 'https'}://${base}`;
  try {
    return new URL(text).origin;
  } catch (cause) {
    throw new AssayError('usage-invalid', `not a server: ${JSON.stringify(base.slice(0, 100))} (https://host:port)`, {
      cause,
    });
  }
}

/** True for a host whose traffic does not leave this machine, where plain HTTP is the custom. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(base: string, status: number, value: unknown): AssayError {
  const { code, detail } = (typeof value === 'object' && value !== null ? value : {}) as {
    code?: unknown;
    detail?: unknown;
  };
  const known = typeof code === 'string' && code in errorTable ? (code as ErrorCode) : 'remote-refused';
  return new AssayError(known, typeof detail === 'string' ? detail.slice(0, 2000) : `${base} answered ${status}`);
}
