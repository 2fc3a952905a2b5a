import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { AssayError } from '../lib/error.ts';

/** Where a request comes from and how it was sent, as far as that can be believed. */
export interface Origin {
  /** Address of the client, for throttling and logs. */
  readonly address: string;
  /** True when the client spoke TLS, to us or to a proxy we trust. */
  readonly secure: boolean;
  /** The host that the client named. */
  readonly host: string | undefined;
}

export type FindOrigin = (request: IncomingMessage) => Origin;

/** Believes X-Forwarded-For, -Proto and -Host from the given addresses (`10.0.0.1`, `10.0.0.0/8`) and nobody else. */
export function originFinder(trustedProxies: readonly string[]): FindOrigin {
  const trusted = new BlockList();
  for (const entry of trustedProxies) addEntry(trusted, entry);
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? 'unknown');
    const direct = { address: peer, secure: request.socket instanceof TLSSocket, host: request.headers.host };
    if (trustedProxies.length === 0 || !isTrusted(peer)) return direct;
    const hops = words(request.headers['x-forwarded-for']).map(plainAddress);
    // The nearest hop that is not one of our proxies; what stands before it is the client's own word.
    const client = hops.findLast((hop) => !isTrusted(hop));
    const proto = words(request.headers['x-forwarded-proto']).at(-1);
    return {
      address: client !== undefined && isIP(client) !== 0 ? client : peer,
      secure: proto === undefined ? direct.secure : proto === 'https',
      host: words(request.headers['x-forwarded-host']).at(-1) ?? direct.host,
    };
  };
}

const known = new WeakMap<IncomingMessage, Origin>();

const ids = new WeakMap<IncomingMessage, string>();

/** Notes where a request comes from and what it is called, once, at the front of the house. */
export function noteOrigin(request: IncomingMessage, origin: Origin, requestId: string): void {
  known.set(request, origin);
  ids.set(request, requestId);
}

/** The id that the answer carries as X-Request-Id. */
export function requestIdOf(request: IncomingMessage): string {
  return ids.get(request) ?? '';
}

const direct = originFinder([]);

/** Where the request comes from, as the front of the house found it. */
export function originOf(request: IncomingMessage): Origin {
  return known.get(request) ?? direct(request);
}

/** True for a request that a browser makes for a page of another site. */
export function isForeign(request: IncomingMessage): boolean {
  const { secure, host } = originOf(request);
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  const own = `${secure ? 'https' : 'http'}://${host ?? ''}`;
  return origin !== undefined ? origin !== own : site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** A request that a browser makes for another site is refused before any cookie is looked at. */
export function requireSameOrigin(request: IncomingMessage): void {
  if (isForeign(request)) throw new AssayError('origin-refused');
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const version = isIP(address);
  const bits = Number(prefix ?? (version === 6 ? 128 : 32));
  if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 6 ? 128 : 32))
    throw new AssayError('configuration-invalid', `trustedProxies: ${entry} is no address or network`);
  list.addSubnet(address, bits, version === 6 ? 'ipv6' : 'ipv4');
}

function words(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .slice(0, 2000)
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** IPv4 in IPv6's clothes (RFC 4291 section 2.5.5.2) as IPv4. */
function plainAddress(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}
