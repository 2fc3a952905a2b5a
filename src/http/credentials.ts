import type { IncomingMessage } from 'node:http';
import { anonymous, type Viewer } from '../access/viewer.ts';
import { AssayError } from '../lib/error.ts';
import { type Identified, viewerOf } from '../work/access/sign-in.ts';
import type { House } from './house.ts';
import { originOf, requestIdOf, requireSameOrigin } from './origin.ts';

/** Name and password of an `Authorization: Basic` header (RFC 7617), or none. */
export function readBasic(header: string | undefined): { name: string; password: string } | undefined {
  const match = header && /^basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(header);
  if (!match) return undefined;
  const text = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

export function readBearer(header: string | undefined): string | undefined {
  return header && /^bearer\s+(\S+)\s*$/i.exec(header)?.[1];
}

/** Address of the other side, for throttling. */
export function addressOf(request: IncomingMessage): string {
  return originOf(request).address;
}

export interface Caller {
  readonly viewer: Viewer;
  readonly identified: Identified | undefined;
  /** True for a token that may only read. */
  readonly readOnly: boolean;
}

/** Who was found behind a request, for what is noted when it is over. */
const viewers = new WeakMap<IncomingMessage, Viewer>();

export function viewerOfRequest(request: IncomingMessage): Viewer {
  return viewers.get(request) ?? anonymous;
}

const nobody: Caller = { viewer: anonymous, identified: undefined, readOnly: false };

/** The caller that a request with these credentials is, with where it comes from for the audit. */
export function callerOf(identified: Identified, request: IncomingMessage, by: string): Caller {
  const via = identified.token ? `${identified.token.kind} token ${identified.token.id}` : by;
  const origin = { address: addressOf(request), requestId: requestIdOf(request), by: via };
  const viewer = viewerOf(identified, origin);
  viewers.set(request, viewer);
  return { viewer, identified, readOnly: identified.token?.readOnly ?? false };
}

/**
 * Whose the client certificate is, for a request without other credentials. A browser shows it by itself, for pages of
 * other sites too: those are refused as with a session.
 */
export async function callerOfCertificate(house: House, request: IncomingMessage): Promise<Caller> {
  const holder = house.clientCertificates?.holder(request);
  if (!holder) return nobody;
  requireSameOrigin(request);
  return callerOf(await house.signIn.byCertificate(holder.account), request, holder.by);
}

/** The caller behind an Authorization header, or without one behind a client certificate. Wrong credentials throw `credentials-invalid`; none are anonymous. */
export async function identify(house: House, request: IncomingMessage): Promise<Caller> {
  const header = request.headers.authorization;
  if (!header) return callerOfCertificate(house, request);
  const basic = readBasic(header);
  if (basic) {
    const code = request.headers['assay-code'];
    const identified = await house.signIn.byPassword(basic.name, basic.password, addressOf(request), {
      code: typeof code === 'string' ? code.slice(0, 20) : undefined,
    });
    return callerOf(identified, request, 'password');
  }
  const bearer = readBearer(header);
  if (bearer?.startsWith('asy_')) {
    const found = await house.signIn.byToken(bearer, ['personal', 'robot']);
    if (found) return callerOf(found, request, 'token');
  } else if (bearer) {
    const viewer = await house.tokens.verify(bearer);
    if (viewer) {
      const origin = { address: addressOf(request), requestId: requestIdOf(request), by: 'registry token' };
      const known = viewer.kind === 'system' ? viewer : { ...viewer, origin };
      viewers.set(request, known);
      return { viewer: known, identified: undefined, readOnly: false };
    }
  }
  throw new AssayError('credentials-invalid', 'the credentials are not valid, or no longer');
}

/** A token that may only read is held to it, whatever its owner may do. */
export function refuseReadOnly(caller: Caller, method: string | undefined): void {
  if (caller.readOnly && method !== 'GET' && method !== 'HEAD')
    throw new AssayError('denied', 'this token may only read');
}
