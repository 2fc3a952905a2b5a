import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { getCACertificates } from 'node:tls';
import { once } from 'node:events';
import { AssayError, systemCode } from '../../lib/error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../ports/http-client.ts';

const IDLE_MS = 60_000;

/** Certificates that are believed for a host besides those of this machine and of Node, as PEM texts. */
export type FindAuthorities = (host: string) => Promise<readonly string[]>;

/** A certificate and its key in PEM that this client shows to a host. */
export type FindCertificate = (host: string) => Promise<{ readonly cert: string; readonly key: string } | undefined>;

/** A client over node:http and node:https. TLS believes Node's authorities, the system's and those found for the host. */
export function httpClient(authorities: FindAuthorities, certificate?: FindCertificate): HttpClient {
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 8 });
  const agents = new Map<string, HttpsAgent>();
  const agentFor = async (url: URL): Promise<HttpAgent | HttpsAgent> => {
    if (url.protocol === 'http:') return plain;
    const known = agents.get(url.host);
    if (known) return known;
    const ca = [...getCACertificates('default'), ...getCACertificates('system'), ...(await authorities(url.host))];
    const shown = await certificate?.(url.host);
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 8, ca, ...shown, minVersion: 'TLSv1.2' });
    agents.set(url.host, agent);
    return agent;
  };
  return async (request) => send(request, await agentFor(request.url));
}

async function send(request: HttpRequest, agent: HttpAgent | HttpsAgent): Promise<HttpAnswer> {
  const { url, method, body, signal } = request;
  const make = url.protocol === 'https:' ? requestHttps : requestHttp;
  const call = make(url, { method, agent, headers: { 'User-Agent': 'assay', ...request.headers }, signal });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    call.on('error', (error) => reject(failure(url, error)));
    call.setTimeout(IDLE_MS, () => call.destroy(new Error(`no answer within ${IDLE_MS / 1000} s`)));
  });
  const sent = body === undefined ? end(call) : body instanceof Uint8Array ? end(call, body) : pour(call, body);
  // A source that breaks is the reason to tell; a server that answers early ends the sending.
  const answer = await Promise.race([answered, sent.then(() => answered)]);
  sent.catch(() => undefined);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: bodyOf(answer, url),
    discard: () => void answer.resume(),
  };
}

async function end(call: ClientRequest, body?: Uint8Array): Promise<void> {
  call.end(body);
}

async function pour(call: ClientRequest, body: AsyncIterable<Uint8Array>): Promise<void> {
  let answered = false;
  call.once('response', () => {
    answered = true;
  });
  const closed = new Promise<void>((resolve) => call.once('close', () => resolve()));
  try {
    for await (const chunk of body) {
      if (answered || call.destroyed) return;
      if (!call.write(chunk)) await Promise.race([closed, once(call, 'drain').catch(() => undefined)]);
    }
    call.end();
  } catch (error) {
    call.destroy();
    throw error;
  }
}

async function* bodyOf(answer: IncomingMessage, url: URL): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk as Uint8Array;
  } catch (error) {
    throw failure(url, error);
  }
}

function failure(url: URL, error: unknown): AssayError {
  if (error instanceof AssayError) return error;
  const code = systemCode(error) ?? '';
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection was cut',
    ETIMEDOUT: 'no answer in time',
    EPROTO: 'it does not speak TLS',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    CERT_HAS_EXPIRED: 'its certificate has expired',
  };
  const untrusted = /^(?:SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(?:VERIFY|GET_ISSUER))/.test(code)
    ? 'its certificate is from an authority that is not known here; name it with --tls-ca FILE'
    : undefined;
  const wrongSpeech = /^(?:ERR_SSL_|HPE_)/.test(code) ? 'it does not speak this protocol' : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return new AssayError(
    'network-failed',
    `cannot reach ${url.origin}: ${words[code] ?? untrusted ?? wrongSpeech ?? (code || message)}`,
    {
      cause: error,
    },
  );
}
