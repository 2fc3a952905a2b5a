import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { startServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';

const SHOTS = process.env['ASSAY_SHOTS'];

/** Chromium's virtual authenticator: its own protocol, keys and counters, without a person. */
async function authenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id: authenticatorId };
}

test('passkeys in Chromium: add, sign in without a password, a clone, rename, remove', {
  timeout: 180_000,
}, async (t) => {
  await buildConsole();
  await using server = await startServer();
  await addPerson(server, 'ann');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const base = server.url.replace('127.0.0.1', 'localhost');
  const { page, complaints } = await openPage(browser, base);
  const shots = async (name: string) => {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 360]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: `${SHOTS}/${name}-${colorScheme}-${width}.png`, fullPage: true });
        assert.ok((await tooWide(page)) <= 0, `${name} at ${width}`);
      }
    await page.setViewportSize({ width: 1280, height: 900 });
  };
  const { cdp, id } = await authenticator(page);
  const byPasskey = page.getByRole('button', { name: 'Sign in with a passkey' });
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
  const signOut = async () => {
    await page.context().clearCookies();
    await page.goto('/signin');
    await byPasskey.waitFor();
  };

  await page.goto('/signin');
  await shots('signin-passkey');
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
  await page.goto('/account');
  await page.getByLabel('Name of the passkey').fill('laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await row('laptop').waitFor();
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0]?.rpId, 'localhost');
  await shots('account-passkeys');

  await page.getByLabel('Name of the passkey').fill('again');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByText('This authenticator has a passkey of yours already.').waitFor();

  await signOut();
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel(/or use a passkey below/).waitFor();
  await byPasskey.click();
  await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
  await page.goto('/account');
  await row('laptop')
    .getByRole('button', { name: /^Rename/ })
    .click();
  await page.getByLabel('New name').fill('work laptop');
  await page.getByRole('button', { name: 'Save name' }).click();
  await row('work laptop').waitFor();

  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
  await signOut();
  await byPasskey.click();
  await page.getByText(/No passkey was used/).waitFor();
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });

  // A copy of the key whose counter is behind, as somebody would have who read it out earlier.
  const [held] = (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials;
  assert.ok(held);
  await cdp.send('WebAuthn.removeCredential', { authenticatorId: id, credentialId: held.credentialId });
  await cdp.send('WebAuthn.addCredential', { authenticatorId: id, credential: { ...held, signCount: 0 } });
  await byPasskey.click();
  await page.getByText(/its counter went back, so a copy of it may exist/).waitFor();
  await done(server, 'DELETE', '/accounts/ann/second-factor');
  await byPasskey.click();
  await page.getByText(/that passkey opens nothing here/i).waitFor();

  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId: id });
  await page.goto('/account');
  await page.getByLabel('Name of the passkey').fill('phone');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await row('phone')
    .getByRole('button', { name: /^Remove/ })
    .click();
  await page.getByText('No passkeys yet').waitFor();
  await page.goto('/notifications');
  await page.getByLabel('Feed of, or nothing for what you are told').fill('');
  await page.getByRole('button', { name: 'Make an address' }).click();
  const address = (await page.locator('.secret code').textContent()) ?? '';
  assert.equal((await fetch(address.replace('localhost', '127.0.0.1'))).status, 200);
  await shots('notifications-feeds');
  assert.deepEqual(complaints, []);
});
