import * as contract from '../../../contract/directories.ts';
import type { Directory } from '../../../access/directory-settings.ts';
import { toRfc3339 } from '../../../lib/clock.ts';
import { AssayError } from '../../../lib/error.ts';
import { isAdministrator } from '../../../access/viewer.ts';
import { requireAccount as findAccount } from '../../../work/access/accounts.ts';
import { type Handled, handle } from '../call.ts';
import { meOf, renewSession, requireAccount } from './session.ts';

const DAY_MS = 24 * 3600_000;

function toShape(directory: Directory, hasSecret: boolean) {
  const { id, name, enabled, settings, createdAt } = directory;
  return { id, name, enabled, hasSecret, settings: { ...settings }, createdAt: toRfc3339(createdAt) };
}

export const directoryHandlers: readonly Handled[] = [
  handle(contract.listDirectories, async ({ house, viewer }) => ({
    items: (await house.directories.list(viewer)).map((each) => toShape(each, each.hasSecret)),
  })),
  handle(contract.createDirectory, async ({ house, viewer, body }) =>
    toShape(await house.directories.put(viewer, undefined, body), body.secret !== undefined),
  ),
  handle(contract.updateDirectory, async ({ house, viewer, params, body }) => {
    await house.directories.put(viewer, params.id, body);
    const all = await house.directories.list(viewer);
    const now = all.find((each) => each.id === params.id);
    if (!now) throw new AssayError('not-found', 'no such directory');
    return toShape(now, now.hasSecret);
  }),
  handle(contract.deleteDirectory, ({ house, viewer, params }) => house.directories.remove(viewer, params.id)),
  handle(contract.testDirectory, async ({ house, viewer, body }) => ({
    steps: await house.directories.test(viewer, body),
  })),
  handle(contract.listProviders, async ({ house }) => ({
    items: (await house.directories.providers()).map(({ name }) => ({ name })),
  })),
  handle(contract.beginDeviceSignIn, ({ house, body, address }) => house.oidc.beginDevice(body.provider, address)),
  handle(contract.pollDeviceSignIn, async ({ house, body }) => {
    const account = await house.oidc.pollDevice(body.handle);
    if (typeof account === 'string') return { state: account };
    const { secret } = await house.signIn.issue(account, 'personal', {
      name: body.name,
      lifetimeMs: body.days * DAY_MS,
      readOnly: body.readOnly,
    });
    return { state: 'signed-in' as const, account: account.name, secret };
  }),
  handle(contract.offerSecondFactor, async ({ house, viewer, body, address }) => {
    const account = requireAccount(viewer);
    const known = await house.database.records.access.accountById(account.accountId);
    if (known?.secondFactor) throw new AssayError('conflict', 'there is a second factor already; turn it off first');
    const identified = await house.signIn.byPassword(account.name, body.password, address);
    if (identified.token) throw new AssayError('credentials-invalid', 'this needs the password, not a token');
    return house.secondFactor.offer(account, house.service);
  }),
  handle(contract.confirmSecondFactor, async (call) => {
    const account = requireAccount(call.viewer);
    await call.house.secondFactor.confirm(account, call.body.code);
    await renewSession(call, account.accountId);
    return meOf(call.house, call.viewer, call.request);
  }),
  handle(contract.removeSecondFactor, async ({ house, viewer, query, caller }) => {
    const { accountId } = requireAccount(viewer);
    if (caller.identified?.token && caller.identified.token.kind !== 'session')
      throw new AssayError('denied', 'a token does not turn the second factor off; sign in');
    const account = await house.database.records.access.accountById(accountId);
    if (!account) throw new AssayError('unauthorized');
    await house.secondFactor.require(account, query.code);
    await house.secondFactor.remove(viewer, account);
  }),
  handle(contract.resetSecondFactor, async ({ house, viewer, params }) => {
    if (!isAdministrator(viewer)) throw new AssayError('denied');
    await house.secondFactor.remove(viewer, await findAccount(house.database.records, params.name), { passkeys: true });
  }),
];
