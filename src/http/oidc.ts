import type { IncomingMessage, ServerResponse } from 'node:http';
import { AssayError, isAssayError } from '../lib/error.ts';
import { SESSION_MS, sessionCookie } from './api/session-cookie.ts';
import { PAGE_SECURITY } from './console.ts';
import type { HostCheck } from './hosts.ts';
import type { House } from './house.ts';
import { originOf } from './origin.ts';

const PENDING_SECONDS = 600;

/**
 * The path that a sign-in returns to: one of this site, whatever a link says. Browsers read backslashes as slashes and
 * drop tabs and line ends inside addresses.
 */
export function safeNext(text: string | null): string {
  if (text === null || text.length > 2000 || !/^\/[\x21-\x7e]*$/.test(text) || /^\/[/\\]|\\/.test(text)) return '/';
  return text;
}

function cookieName(request: IncomingMessage): string {
  return `assay_oidc_${request.socket.localPort ?? 0}`;
}

function readCookie(request: IncomingMessage): string | undefined {
  const wanted = `${cookieName(request)}=`;
  return (request.headers.cookie ?? '')
    .split(/;\s*/)
    .find((part) => part.startsWith(wanted))
    ?.slice(wanted.length);
}

/** Lax, since the provider's site sends the browser back; it opens nothing by itself. */
function browserCookie(request: IncomingMessage, value: string): string {
  const life = value === '' ? 0 : PENDING_SECONDS;
  const { secure } = originOf(request);
  return `${cookieName(request)}=${value}; Path=/oidc/; HttpOnly; SameSite=Lax; Max-Age=${life}${secure ? '; Secure' : ''}`;
}

/** `/oidc/start?provider=&next=` and `/oidc/callback`: the code flow of OpenID Connect Core section 3.1 in a browser. */
export async function answerOidc(
  house: House,
  hosts: HostCheck,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  if (request.method !== 'GET') throw new AssayError('method-not-allowed');
  const redirectUri = `${hosts.base(request)}/oidc/callback`;
  try {
    if (path === '/oidc/start') {
      const { url, browser } = await house.oidc.begin(
        query.get('provider') ?? '',
        redirectUri,
        safeNext(query.get('next')),
      );
      response.writeHead(302, {
        Location: url.href,
        'Set-Cookie': browserCookie(request, browser),
        'Cache-Control': 'no-store',
        'Referrer-Policy': 'no-referrer',
      });
      response.end();
      return;
    }
    if (path !== '/oidc/callback') throw new AssayError('not-found', 'no such page');
    const { account, next } = await house.oidc.finish(query, readCookie(request));
    const { secret } = await house.signIn.issue(account, 'session', { name: 'console', lifetimeMs: SESSION_MS });
    leave(response, next, [sessionCookie(request, secret), browserCookie(request, '')]);
  } catch (error) {
    if (!isAssayError(error, 'directory-refused', 'directory-unreachable', 'credentials-invalid', 'too-many-requests'))
      throw error;
    leave(response, `/signin?failed=${error.code}`, [browserCookie(request, '')]);
    throw error;
  }
}

/**
 * Sends the browser on by a page of this site: after a redirect from the provider's site it would leave the session's
 * SameSite=Strict cookie behind.
 */
function leave(response: ServerResponse, to: string, cookies: readonly string[]): void {
  const target = to.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll("'", '&#39;');
  const body = Buffer.from(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Assay</title><meta http-equiv="refresh" content="0;url=${target}"><a href="${target}">Go on</a></html>`,
  );
  response.writeHead(200, {
    ...PAGE_SECURITY,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': body.length,
    'Set-Cookie': [...cookies],
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
