import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_PASSWORD, basic, startServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage } from './browser.ts';
import { analysed, dpkgStatus, OS_RELEASE, pushImage, TRACKER } from './console-data.ts';

test('accounts, roles, tokens, visibility, advisories and deletion, by hand in the console', async (t) => {
  await buildConsole();
  await using server = await startServer();
  await pushImage(server, {
    repository: 'shop/web',
    tag: '1',
    layers: [{ instruction: 'debootstrap', files: [OS_RELEASE, dpkgStatus([['libexpat1', '2.5.0-1', 'expat']])] }],
  });
  await analysed(server, 'shop/web', '1');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);
  await page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });

  await page.goto('/r/shop/web:1');
  await page.getByText('Could not decide: no advisories for its 1 package').first().waitFor();
  await page.goto('/advisories');
  await page.getByText('No advisories yet').first().waitFor();
  await page.locator('input[type=file]').setInputFiles({
    name: 'tracker.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(TRACKER)),
  });
  await page.getByText(/records of debian are in force; 1 package judged anew, 1 image changed/).waitFor();
  await page.getByRole('link', { name: 'Repositories' }).click();
  await page.getByRole('img', { name: '1 finding, 1 fixable' }).waitFor();

  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByLabel('Name').fill('ci');
  await page.getByLabel('Password').fill('a-long-password-1');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('cell', { name: 'ci', exact: true }).waitFor();

  await page.goto('/r/shop/web?tab=settings');
  await page.getByText('Nobody but administrators.').waitFor();
  await page.getByRole('textbox', { name: 'Account' }).fill('nobody-here');
  await page.getByRole('button', { name: 'Give role' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('textbox', { name: 'Account' }).fill('ci');
  await page.getByRole('combobox').selectOption('publisher');
  await page.getByRole('button', { name: 'Give role' }).click();
  await page.getByRole('cell', { name: 'ci', exact: true }).waitFor();

  const other = await openPage(browser, server.url);
  await other.page.goto('/r/shop/web:1');
  await other.page.getByText('Nothing here that is public').waitFor();
  await other.page.getByRole('link', { name: 'Sign in, if it is yours to see' }).click();
  await other.page.getByLabel('Name').fill('ci');
  await other.page.getByLabel('Password').fill('a-long-password-1');
  await other.page.getByRole('button', { name: 'Sign in' }).click();
  await other.page.waitForURL('**/r/shop/web:1');
  await other.page.getByText('1 package, 1 finding, 1 fixable').first().waitFor();
  assert.equal(await other.page.getByRole('link', { name: 'Accounts' }).count(), 0, 'only administrators see accounts');

  await other.page.goto('/account');
  await other.page.getByLabel('Name').fill('laptop');
  await other.page.getByLabel('Lifetime').selectOption('7');
  await other.page.getByLabel('read only').check();
  await other.page.getByRole('button', { name: 'Make token' }).click();
  const secret = (await other.page.locator('.secret-text code').textContent()) ?? '';
  assert.match(secret, /^asy_pat_/);
  const list = () => server.fetch('/api/v1/repositories', { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(((await (await list()).json()) as { total: number }).total, 1);
  const write = await server.fetch('/api/v1/repositories', {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'shop/other' }),
  });
  assert.equal(write.status, 403, 'a read-only token writes nothing');
  await other.page.reload();
  await other.page.getByRole('cell', { name: 'laptop', exact: true }).waitFor();
  assert.equal(await other.page.getByText(secret).count(), 0, 'a token is shown once');
  await other.page.getByRole('button', { name: 'Revoke laptop' }).click();
  await other.page.getByText('No tokens yet').waitFor();
  assert.equal((await list()).status, 401);

  await other.page.getByRole('button', { name: /Account and settings/ }).click();
  await other.page.getByRole('button', { name: 'dark' }).click();
  assert.equal(await other.page.locator('html').getAttribute('data-theme'), 'dark');
  await other.page.getByRole('button', { name: 'Sign out' }).click();
  await other.page.getByRole('heading', { name: /^Sign in/ }).waitFor();
  assert.equal(await other.page.locator('html').getAttribute('data-theme'), 'dark', 'the theme stays');

  await page.getByText('everybody who reaches this registry').click();
  await page.getByLabel('Description').fill('The shop window');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.facts').getByText('public').waitFor();
  await other.page.goto('/repositories');
  await other.page.getByText('The shop window').waitFor();

  await page.goto('/r/shop/web?tag=1');
  await page.getByText('Delete this tag').click();
  const remove = page.getByRole('button', { name: 'Delete tag' });
  assert.equal(await remove.isDisabled(), true);
  await page.getByLabel('Type 1 to confirm').fill('1');
  await remove.click();
  await page.getByText('Nothing is in it yet').waitFor();
  await page.goto('/r/shop/web?tab=settings');
  await page.getByLabel('Name in shop').fill('window');
  await page.getByRole('button', { name: 'Rename', exact: true }).click();
  await page.waitForURL(/\/r\/shop\/window/);
  const old = await server.fetch('/v2/shop/web/tags/list');
  assert.equal(old.status, 200, 'the old name still reads');
  await page.goto('/r/shop/window?tab=settings');
  await page.getByLabel('Type shop/window to confirm').fill('shop/window');
  await page.getByRole('button', { name: 'Delete repository' }).click();
  await page.getByRole('heading', { name: 'This registry is empty' }).waitFor();

  await page.goto('/accounts');
  await page.getByRole('button', { name: 'Change ci' }).click();
  await page.getByLabel('Type ci to confirm').fill('ci');
  await page.getByRole('button', { name: 'Delete account' }).click();
  await page.getByRole('cell', { name: 'ci', exact: true }).waitFor({ state: 'detached' });
  const gone = await server.fetch('/api/v1/me/tokens', {
    headers: { authorization: basic('ci', 'a-long-password-1') },
  });
  assert.equal(gone.status, 401);

  await page.goto('/activity');
  for (const what of [
    'Account deleted',
    'Repository deleted',
    'Tag deleted',
    'Repository changed',
    'Grant changed',
    'Token revoked',
  ])
    await page.getByRole('cell', { name: what }).first().waitFor();
  await page.request.delete('/api/v1/session');
  await page.getByRole('link', { name: 'Advisories', exact: true }).click();
  await page.goto('/account');
  await page.getByText('You are not signed in').waitFor();
  assert.deepEqual([...complaints, ...other.complaints], []);
});
