import * as contract from '../../../contract/session.ts';
import { AssayError } from '../../../lib/error.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Viewer } from '../../../access/viewer.ts';
import type { TokenRecord } from '../../../ports/access-records.ts';
import { isUnlimited } from '../../../work/access/accounts.ts';
import type { House } from '../../house.ts';
import { originOf } from '../../origin.ts';
import type { Endpoint } from '../../../contract/endpoint.ts';
import { type ApiCall, type Handled, handle } from '../call.ts';
import { readLimits, shownLimits } from '../limits.ts';
import { SESSION_MS, sessionCookie, sessionSecret } from '../session-cookie.ts';
import type { IncomingMessage } from 'node:http';

export async function meOf(house: House, viewer: Viewer, request: IncomingMessage) {
  const account = viewer.kind === 'account' ? viewer : undefined;
  const kept = account && (await house.database.records.access.accountById(account.accountId));
  return {
    ...(account && { name: account.name }),
    administrator: account?.administrator ?? false,
    secondFactor: kept?.secondFactor ?? false,
    hasPassword: kept !== undefined && kept.source === 'local' && kept.kind === 'person',
    initialPassword: account?.administrator === true && (await house.initialPassword()),
    version: house.version,
    registryHost: originOf(request).host ?? house.service,
  };
}

/** One's own affairs: whoever comes with a token that is narrower than the account does not widen it here. */
export function requireAccount(viewer: Viewer): Viewer & { kind: 'account' } {
  if (viewer.kind !== 'account') throw new AssayError('unauthorized');
  if (!isUnlimited(viewer)) throw new AssayError('denied', 'this token is limited; use a full sign-in');
  return viewer;
}

/** A new session for whoever came with one, after a change that ended all. */
export async function renewSession(
  { house, caller, request, head }: Pick<ApiCall<Endpoint>, 'house' | 'caller' | 'request' | 'head'>,
  accountId: string,
): Promise<void> {
  if (caller.identified?.token?.kind !== 'session') return;
  const account = await house.database.records.access.accountById(accountId);
  if (!account) throw new AssayError('unauthorized');
  const { secret } = await house.signIn.issue(account, 'session', { name: 'console', lifetimeMs: SESSION_MS });
  head.headers['set-cookie'] = sessionCookie(request, secret);
}

function toToken(token: TokenRecord) {
  return {
    id: token.id,
    name: token.name,
    use: token.kind === 'feed' ? ('feeds' as const) : ('everything' as const),
    readOnly: token.readOnly,
    ...(token.limits && { limits: shownLimits(token.limits) }),
    createdAt: toRfc3339(token.createdAt),
    expiresAt: toRfc3339(token.expiresAt),
    ...(token.lastUsedAt !== undefined && { lastUsedAt: toRfc3339(token.lastUsedAt) }),
  };
}

const DAY_MS = 24 * 3600_000;

export const sessionHandlers: readonly Handled[] = [
  handle(contract.getMe, ({ house, viewer, request }) => meOf(house, viewer, request)),
  handle(contract.signIn, async ({ house, body, address, request, head }) => {
    const identified = await house.signIn.byPassword(body.name, body.password, address, { code: body.code });
    // A token may be narrower than its account; a session is not.
    if (identified.token) throw new AssayError('credentials-invalid', 'the console wants the password, not a token');
    const { secret } = await house.signIn.issue(identified.account, 'session', {
      name: 'console',
      lifetimeMs: SESSION_MS,
    });
    head.headers['set-cookie'] = sessionCookie(request, secret);
    const { id, name, administrator } = identified.account;
    return meOf(house, { kind: 'account', accountId: id, name, administrator }, request);
  }),
  handle(contract.signOut, async ({ house, viewer, request, head }) => {
    const account = requireAccount(viewer);
    const secret = sessionSecret(request);
    const session = secret ? await house.signIn.byToken(secret, ['session']) : undefined;
    if (session?.token)
      await house.database.change(({ access }) => access.revokeToken(account.accountId, session.token!.id));
    head.headers['set-cookie'] = sessionCookie(request, undefined);
  }),
  handle(contract.changePassword, async (call) => {
    const account = requireAccount(call.viewer);
    await call.house.accounts.setPassword(call.viewer, account.name, call.body);
    await renewSession(call, account.accountId);
  }),
  handle(contract.listTokens, async ({ house, viewer }) => {
    const { accountId } = requireAccount(viewer);
    const { access } = house.database.records;
    const kinds = await Promise.all((['personal', 'feed'] as const).map((kind) => access.tokens(accountId, kind)));
    return { items: kinds.flat().map(toToken) };
  }),
  handle(contract.createToken, async ({ house, viewer, body }) => {
    const account = await house.database.records.access.accountById(requireAccount(viewer).accountId);
    if (!account) throw new AssayError('unauthorized');
    if (account.kind === 'robot')
      throw new AssayError('denied', 'an owner of its organisation makes tokens for a robot');
    const { token, secret } = await house.signIn.issue(account, body.use === 'feeds' ? 'feed' : 'personal', {
      name: body.name,
      lifetimeMs: body.days * DAY_MS,
      readOnly: body.readOnly || body.use === 'feeds',
      viewer,
      ...(body.limits && { limits: readLimits(body.limits) }),
    });
    return { token: toToken(token), secret };
  }),
  handle(contract.revokeToken, ({ house, viewer, params }) => house.signIn.revoke(requireAccount(viewer), params.id)),
];
