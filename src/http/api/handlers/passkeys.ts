import type { IncomingMessage } from 'node:http';
import { passkeyAlgorithms } from '../../../access/webauthn.ts';
import * as contract from '../../../contract/passkeys.ts';
import { AssayError } from '../../../lib/error.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Passkey } from '../../../ports/access-records.ts';
import type { Site } from '../../../work/access/passkeys.ts';
import { viewerOf } from '../../../work/access/sign-in.ts';
import { hostOf } from '../../hosts.ts';
import { originOf } from '../../origin.ts';
import type { Endpoint } from '../../../contract/endpoint.ts';
import { type ApiCall, type Handled, handle } from '../call.ts';
import { SESSION_MS, sessionCookie } from '../session-cookie.ts';
import { meOf, renewSession, requireAccount } from './session.ts';

const FRESH_MS = 15 * 60_000;

function toShape({ id, name, site, algorithm, backedUp, suspected, createdAt, lastUsedAt }: Passkey) {
  return {
    id,
    name,
    site,
    algorithm,
    backedUp,
    suspected,
    createdAt: toRfc3339(createdAt),
    ...(lastUsedAt !== undefined && { lastUsedAt: toRfc3339(lastUsedAt) }),
  };
}

/** The page's own origin as the browser spells it, without the port that goes without saying. */
function siteOf(request: IncomingMessage): Site {
  const { secure, host } = originOf(request);
  const { origin, hostname } = new URL(`${secure ? 'https' : 'http'}://${host ?? ''}`);
  return { origin, rpId: hostOf(hostname) };
}

/** What opens the account later is changed only by who has just signed in: a session left open elsewhere does not do. */
function requireFresh({ house, viewer, caller }: Pick<ApiCall<Endpoint>, 'house' | 'viewer' | 'caller'>) {
  const account = requireAccount(viewer);
  const session = caller.identified?.token;
  if (session?.kind !== 'session') throw new AssayError('denied', 'passkeys are changed in the console alone');
  if (session.createdAt + FRESH_MS < house.clock.now())
    throw new AssayError('denied', 'sign out and in again first: this session was begun more than 15 minutes ago');
  return account;
}

function decoded(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

export const passkeyHandlers: readonly Handled[] = [
  handle(contract.listPasskeys, async ({ house, viewer }) => ({
    items: (await house.passkeys.list(requireAccount(viewer))).map(toShape),
  })),
  handle(contract.beginPasskey, async (call) => {
    const account = requireFresh(call);
    return {
      challenge: call.house.passkeys.challenge(account.accountId),
      rpId: siteOf(call.request).rpId,
      userId: Buffer.from(account.accountId).toString('base64url'),
      userName: account.name,
      algorithms: [...passkeyAlgorithms],
      exclude: (await call.house.passkeys.list(account)).map((each) => each.credentialId),
    };
  }),
  handle(contract.addPasskey, async (call) => {
    const account = requireFresh(call);
    const { name, algorithm, clientData, authenticatorData, publicKey } = call.body;
    const added = await call.house.passkeys.add(account, siteOf(call.request), {
      name,
      algorithm,
      clientData: decoded(clientData),
      authenticatorData: decoded(authenticatorData),
      publicKey: decoded(publicKey),
    });
    await renewSession(call, account.accountId);
    return toShape(added);
  }),
  handle(contract.renamePasskey, ({ house, viewer, params, body }) =>
    house.passkeys.rename(requireAccount(viewer), params.id, body.name),
  ),
  handle(contract.removePasskey, (call) => call.house.passkeys.remove(requireFresh(call), call.params.id)),
  handle(contract.beginPasskeySignIn, async ({ house, request }) => ({
    challenge: house.passkeys.challenge('sign-in'),
    rpId: siteOf(request).rpId,
  })),
  handle(contract.signInByPasskey, async ({ house, request, body, head }) => {
    const account = await house.passkeys.signIn(siteOf(request), {
      credentialId: body.credentialId,
      clientData: decoded(body.clientData),
      authenticatorData: decoded(body.authenticatorData),
      signature: decoded(body.signature),
    });
    const { secret } = await house.signIn.issue(account, 'session', { name: 'console', lifetimeMs: SESSION_MS });
    head.headers['set-cookie'] = sessionCookie(request, secret);
    return meOf(house, viewerOf({ account, token: undefined }), request);
  }),
];
