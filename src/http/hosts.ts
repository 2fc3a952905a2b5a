import type { IncomingMessage } from 'node:http';
import { AssayError } from '../lib/error.ts';
import type { OwnHost } from '../oci/gun.ts';
import { originOf } from './origin.ts';
import { findRoute } from './registry/routes.ts';
import { findTrustRoute, trustScope } from './trust/routes.ts';

/** Which names this server answers to, and where it sends clients for a token. */
export interface HostCheck {
  /** Throws `host-unknown` for a Host that is neither ours nor loopback (DNS rebinding). */
  require(request: IncomingMessage): void;
  /** The address that the client reached this server by, without a slash at the end. */
  base(request: IncomingMessage): string;
  /** The WWW-Authenticate value for a request on /v2 (docker registry token protocol). */
  challenge(request: IncomingMessage, path: string, query: URLSearchParams): string;
}

export function hostOf(header: string): string {
  return header.replace(/:\d+$/, '').toLowerCase();
}

export function hostCheck(options: { isOwnHost: OwnHost; publicUrl: string | undefined; service: string }): HostCheck {
  const base = (request: IncomingMessage) => {
    const { secure, host } = originOf(request);
    return options.publicUrl?.replace(/\/$/, '') ?? `${secure ? 'https' : 'http'}://${host ?? ''}`;
  };
  return {
    base,
    require(request) {
      const header = originOf(request).host;
      if (header === undefined) throw new AssayError('host-unknown', 'the request names no host');
      const host = hostOf(header);
      if (!options.isOwnHost(host))
        throw new AssayError(
          'host-unknown',
          `this server does not answer to ${JSON.stringify(host.slice(0, 100))}; add it to publicNames`,
        );
    },
    challenge(request, path, query) {
      const parts = [`realm="${base(request)}/token"`, `service="${options.service}"`];
      const scope = scopeFor(path, request.method ?? 'GET', query);
      if (scope) parts.push(`scope="${scope}"`);
      return `Bearer ${parts.join(',')}`;
    },
  };
}

/** What a token for this request must cover; a mount asks for its source too. */
function scopeFor(path: string, method: string, query: URLSearchParams): string | undefined {
  if (path.startsWith('/v2/_catalog')) return 'registry:catalog:*';
  const trust = findTrustRoute(path);
  if (trust) return trustScope(trust, method);
  const route = findRoute(path);
  if (!route || UNQUOTABLE.test(route.spelled)) return undefined;
  const reading = method === 'GET' || method === 'HEAD';
  const actions = path.includes('/blobs/uploads')
    ? 'pull,push'
    : reading
      ? 'pull'
      : method === 'DELETE'
        ? 'delete'
        : 'pull,push';
  const scope = `repository:${route.spelled}:${actions}`;
  const from = query.get('mount') === null ? null : query.get('from');
  return from === null || UNQUOTABLE.test(from) ? scope : `${scope} repository:${from}:pull`;
}

const UNQUOTABLE = /["\\\s:,]/;
