import { lookup as lookUp } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { AssayError, isAssayError, systemCode } from '../../lib/error.ts';
import type { AddressRule } from './addresses.ts';

export interface GuardedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

export interface GuardedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface GuardedOptions {
  readonly rule: AddressRule;
  /** For the whole exchange, redirects included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Most redirects that are followed; each is checked like the first address. */
  readonly maxRedirects?: number;
  readonly ca?: string | undefined;
  /** Looks names up; tests put theirs in. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export type GuardedHttp = (request: GuardedRequest) => Promise<GuardedAnswer>;

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await lookUp(host, { all: true })).map(({ address }) => address);
}

/**
 * HTTP to addresses that others gave: the name is looked up once, every address it has must be allowed, and the
 * connection goes to the one that was looked at, so that a second answer of the name server changes nothing. No proxy,
 * no kept connections, no credentials in addresses. Throws `address-refused` or `network-failed`.
 */
export function guardedHttp(options: GuardedOptions): GuardedHttp {
  const resolve = options.resolve ?? resolveAll;
  const ca = options.ca === undefined ? [] : [options.ca];
  const certificates = [...getCACertificates('default'), ...getCACertificates('system'), ...ca];

  const addressOf = async (url: URL): Promise<string> => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new AssayError('address-refused', `${url.protocol} addresses are not asked`);
    if (url.username !== '' || url.password !== '')
      throw new AssayError('address-refused', 'an address with a name or password in it is not asked');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) === 0 ? await resolve(host) : [host];
    const refused = addresses.find((address) => !options.rule(address));
    const first = addresses[0];
    if (first === undefined) throw new AssayError('network-failed', `cannot reach ${host}: it has no address`);
    if (refused !== undefined)
      throw new AssayError(
        'address-refused',
        `${host} leads to ${refused}, which is not a public address; an administrator can allow it with outboundRanges`,
      );
    return first;
  };

  const once = async (request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> => {
    const address = await addressOf(request.url);
    const family = isIP(address);
    const secure = request.url.protocol === 'https:';
    return new Promise((answered, failed) => {
      const call = (secure ? requestHttps : requestHttp)(
        request.url,
        {
          method: request.method,
          agent: false,
          signal,
          headers: {
            'user-agent': 'assay',
            connection: 'close',
            ...(request.body && { 'content-length': String(request.body.length) }),
            ...request.headers,
          },
          // The look-up is done; whatever the name says by now, this is where the connection goes.
          lookup: (_host, wanted, done) =>
            wanted.all ? done(null, [{ address, family }]) : done(null, address, family),
          ...(secure && { ca: certificates, minVersion: 'TLSv1.2' as const }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size <= options.maxBytes) chunks.push(chunk);
            else response.destroy(new AssayError('network-failed', `${request.url.host} answers too much`));
          });
          response.once('error', failed);
          response.once('end', () => {
            const headers: Record<string, string> = {};
            for (const [name, value] of Object.entries(response.headers))
              if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
            answered({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) });
          });
        },
      );
      call.once('error', failed);
      call.end(request.body);
    });
  };

  return async (request) => {
    const signal = AbortSignal.timeout(options.timeoutMs);
    try {
      let current = request;
      for (let redirects = 0; ; redirects++) {
        const answer = await once(current, signal);
        const location = answer.headers['location'];
        if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
        if (redirects >= (options.maxRedirects ?? 0)) return answer;
        const url = new URL(location, current.url);
        if (current.url.protocol === 'https:' && url.protocol !== 'https:')
          throw new AssayError('address-refused', `${current.url.host} redirects to an address without TLS`);
        // 307 and 308 keep method and body; headers are for the host they were given for (RFC 9110 section 15.4).
        if (answer.status !== 307 && answer.status !== 308) return answer;
        current = { ...current, url, headers: url.origin === current.url.origin ? (current.headers ?? {}) : {} };
      }
    } catch (error) {
      if (isAssayError(error)) throw error;
      const reason = signal.aborted
        ? `no answer within ${options.timeoutMs / 1000} s`
        : (systemCode(error) ?? (error instanceof Error ? error.message : 'failed'));
      throw new AssayError('network-failed', `cannot reach ${request.url.host}: ${reason}`, { cause: error });
    }
  };
}
