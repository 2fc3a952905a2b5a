import type { IncomingMessage, ServerResponse } from 'node:http';
import { AssayError } from '../../lib/error.ts';
import { toRfc3339 } from '../../lib/clock.ts';
import { TOKEN_SECONDS } from '../../work/access/registry-tokens.ts';
import type { Identified } from '../../work/access/sign-in.ts';
import { addressOf, callerOfCertificate, readBasic } from '../credentials.ts';
import type { House } from '../house.ts';
import { sendJson } from '../registry/answer.ts';
import { bodyWithin } from '../request-body.ts';

const REFRESH_MS = 90 * 24 * 3600_000;
const MAX_FORM = 64 * 1024;
/** RFC 8693. */
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** Directories are asked at every token request, so that who was taken out of a group notices at the next one. */
const ASKING = { freshMs: 0 };

/** The token endpoint of the docker registry protocol: GET with Basic, POST as OAuth 2 (RFC 6749 section 4.3 and 6). */
export async function answerToken(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  if (request.method === 'GET') return byGet(house, request, response, query);
  if (request.method === 'POST') return byPost(house, request, response);
  response.setHeader('Allow', 'GET, POST');
  throw new AssayError('method-not-allowed');
}

async function byGet(
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const basic = readBasic(request.headers.authorization);
  if (request.headers.authorization && !basic) throw new AssayError('credentials-invalid');
  if (!basic) {
    // What a certificate stands for ends with it: no refresh token outlives it.
    const { identified } = await callerOfCertificate(house, request);
    return answer(house, response, identified, query.getAll('scope'), undefined);
  }
  const identified = await house.signIn.byPassword(basic.name, basic.password, addressOf(request), ASKING);
  const offline = query.get('offline_token') === 'true' ? query.get('client_id') : null;
  await answer(house, response, identified, query.getAll('scope'), offline === null ? undefined : offline || 'docker');
}

async function byPost(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams((await bodyWithin(request, MAX_FORM, 'body-too-large')).toString('utf8'));
  const scopes = form.getAll('scope');
  const grant = form.get('grant_type');
  if (grant === 'password') {
    const identified = await house.signIn.byPassword(
      form.get('username') ?? '',
      form.get('password') ?? '',
      addressOf(request),
      ASKING,
    );
    return answer(
      house,
      response,
      identified,
      scopes,
      form.get('access_type') === 'offline' ? (form.get('client_id') ?? 'client') : undefined,
    );
  }
  if (grant === 'refresh_token') {
    const secret = form.get('refresh_token') ?? '';
    const identified = await house.signIn.byToken(secret, ['refresh', 'personal', 'robot'], 0);
    if (!identified)
      throw new AssayError('credentials-invalid', 'the refresh token is not valid, or no longer; log in again');
    return answer(house, response, identified, scopes, undefined, secret);
  }
  if (grant === TOKEN_EXCHANGE) {
    const type = form.get('subject_token_type');
    if (type !== 'urn:ietf:params:oauth:token-type:jwt' && type !== 'urn:ietf:params:oauth:token-type:id_token')
      throw new AssayError('unsupported', 'subject_token_type is urn:ietf:params:oauth:token-type:jwt');
    const identified = await house.signIn.byWorkload(form.get('subject_token') ?? '', form.get('robot') ?? undefined);
    return answer(house, response, identified, scopes, undefined);
  }
  throw new AssayError('unsupported', 'grant_type is password, refresh_token or token-exchange');
}

async function answer(
  house: House,
  response: ServerResponse,
  identified: Identified | undefined,
  scopes: readonly string[],
  offlineClient: string | undefined,
  refreshToken?: string,
): Promise<void> {
  const { token, issuedAt, access } = await house.tokens.issue(identified, scopes);
  const refresh =
    refreshToken ??
    (identified && !identified.token && offlineClient !== undefined
      ? (await house.signIn.issue(identified.account, 'refresh', { name: offlineClient, lifetimeMs: REFRESH_MS }))
          .secret
      : undefined);
  sendJson(
    response,
    200,
    {
      token,
      access_token: token,
      expires_in: TOKEN_SECONDS,
      issued_at: toRfc3339(issuedAt),
      scope: access.map((each) => `${each.type}:${each.name}:${each.actions.join(',')}`).join(' '),
      ...(refresh !== undefined && { refresh_token: refresh }),
    },
    { 'Cache-Control': 'no-store' },
  );
}
