import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AssayError } from '../lib/error.ts';
import { type ErrorCode, errorTable } from '../lib/error-table.ts';

/** Speaks to the /api of an Assay server with the credentials that docker keeps for its host. */
export class ServerClient {
  readonly #base: string;
  readonly #authorization: string | undefined;

  constructor(base: string, environment: NodeJS.ProcessEnv) {
    this.#base = base.replace(/\/+$/, '');
    this.#authorization = authorizationFor(new URL(this.#base).host, environment);
  }

  async call(method: string, path: string, body?: Uint8Array): Promise<unknown> {
    const headers: Record<string, string> = { ...(this.#authorization && { authorization: this.#authorization }) };
    let response: Response;
    try {
      response = await fetch(this.#base + path, { method, headers, ...(body && { body }) });
    } catch (cause) {
      throw new AssayError('network-failed', `cannot reach ${this.#base}`, { cause });
    }
    const text = await response.text();
    const value: unknown = text === '' ? undefined : parse(text);
    if (response.ok) return value;
    const problem = (typeof value === 'object' && value !== null ? value : {}) as { code?: string; detail?: string };
    const code =
      problem.code !== undefined && problem.code in errorTable ? (problem.code as ErrorCode) : 'remote-refused';
    throw new AssayError(code, problem.detail ?? `${this.#base} answered ${response.status}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `auths` of docker's configuration; ASSAY_USER and ASSAY_PASSWORD for scripts. */
function authorizationFor(host: string, environment: NodeJS.ProcessEnv): string | undefined {
  const { ASSAY_USER: user, ASSAY_PASSWORD: password } = environment;
  if (user && password) return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const folder = environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  try {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as {
      auths?: Record<string, { auth?: string }>;
    };
    const auth = config.auths?.[host]?.auth;
    return auth && `Basic ${auth}`;
  } catch {
    return undefined;
  }
}
