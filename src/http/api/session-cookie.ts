import type { IncomingMessage } from 'node:http';
import { anonymous } from '../../access/viewer.ts';
import { type Caller, callerOf } from '../credentials.ts';
import type { House } from '../house.ts';
import { originOf } from '../origin.ts';

export const SESSION_MS = 12 * 3600_000;

/** The cookie's name carries the port: several servers on one host do not sign each other out. */
function cookieName(request: IncomingMessage): string {
  return `assay_session_${request.socket.localPort ?? 0}`;
}

export function sessionSecret(request: IncomingMessage): string | undefined {
  const wanted = `${cookieName(request)}=`;
  for (const part of (request.headers.cookie ?? '').split(/;\s*/))
    if (part.startsWith(wanted)) return part.slice(wanted.length);
  return undefined;
}

export function sessionCookie(request: IncomingMessage, secret: string | undefined): string {
  const { secure } = originOf(request);
  const life = secret === undefined ? 0 : Math.floor(SESSION_MS / 1000);
  return `${cookieName(request)}=${secret ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${life}${secure ? '; Secure' : ''}`;
}

export async function callerOfSession(house: House, request: IncomingMessage): Promise<Caller> {
  const secret = sessionSecret(request);
  const identified = secret ? await house.signIn.byToken(secret, ['session']) : undefined;
  if (identified) return { ...callerOf({ ...identified, token: undefined }, request, 'session'), identified };
  return { viewer: anonymous, identified: undefined, readOnly: false };
}
