import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { totpCode } from '../../src/access/totp.ts';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { CLIENT_SECRET, startOidcServer } from '../oidc-server.ts';
import { startReceiver } from '../webhook-receiver.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';

const SHOTS = process.env['ASSAY_SHOTS'];

test('teams, robots, webhooks, directories and the audit in a browser', { timeout: 120_000 }, async (t) => {
  await buildConsole();
  await using server = await startServer({ outboundRanges: ['127.0.0.1'] });
  await using receiver = await startReceiver();
  await using oidc = await startOidcServer(`${server.url}/oidc/callback`);
  await addPerson(server, 'dana');
  await done(server, 'POST', '/repositories', { name: 'shop/app' });
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);
  const shot = async (name: string) => {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };
  await page.goto('/signin');
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill(ADMIN_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();

  await page.getByRole('link', { name: 'Organisations' }).click();
  await page.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByLabel('Name').fill('qa');
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.getByLabel('Account').fill('dana');
  await page.getByRole('button', { name: 'Add member' }).click();
  await page.getByRole('cell', { name: 'dana', exact: true }).waitFor();
  await shot('organisation-teams');

  await page.getByRole('link', { name: 'Members', exact: true }).click();
  await page.getByLabel('Account, robot, or team:name').fill('team:qa');
  await page.getByLabel('Role').selectOption('publisher');
  await page.getByRole('button', { name: 'Give role' }).click();
  await page.getByRole('cell', { name: 'team:qa', exact: true }).waitFor();
  await shot('organisation-members');

  await page.getByRole('link', { name: 'Robots' }).click();
  await page.getByLabel('Name, after shop+').fill('ci');
  await page.getByRole('button', { name: 'Create robot' }).click();
  await page.getByLabel('Name', { exact: true }).fill('deploy');
  await page.getByLabel('Only for repository').fill('shop/app');
  await page.getByRole('button', { name: 'Make token' }).click();
  await page.locator('.secret code').waitFor();
  assert.match((await page.locator('.secret code').textContent()) ?? '', /^asy_bot_/);
  await page.getByRole('cell', { name: 'shop/app: pull', exact: true }).waitFor();
  await shot('organisation-robots');
  await page.getByRole('link', { name: 'Roles' }).click();
  await page.getByRole('cell', { name: 'signer', exact: true }).waitFor();
  await shot('organisation-roles');

  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByLabel('Name').fill('builds');
  await page.getByLabel('Address', { exact: true }).fill(receiver.url);
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.locator('.secret code').waitFor();
  await page.getByRole('button', { name: 'Ping builds' }).click();
  await receiver.until(1);
  await page.getByRole('button', { name: 'Deliveries builds' }).click();
  await page
    .getByRole('cell', { name: /webhook\.pinged/ })
    .first()
    .waitFor();
  await page.getByLabel('Repository or organisation').first().fill('shop/app');
  await page.getByRole('button', { name: 'Follow' }).click();
  await page.getByRole('cell', { name: 'high on', exact: true }).waitFor();
  await shot('notifications');

  await page.getByRole('link', { name: 'Directories' }).click();
  await page.getByRole('button', { name: 'Add a directory' }).click();
  await page.getByLabel('Kind').selectOption('oidc');
  await page.getByLabel('Name', { exact: true }).fill('company');
  await page.getByLabel('Client secret').fill(CLIENT_SECRET);
  await page.getByLabel('Issuer').fill(oidc.url);
  await page.getByLabel('Client id').fill('assay');
  await page.getByLabel('Groups, one a line').fill('crew -> shop/qa');
  await page.getByRole('button', { name: 'Test' }).click();
  await page.getByText('discovery').first().waitFor();
  await shot('directories');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'company', exact: true }).waitFor();

  await page.getByRole('link', { name: 'Audit' }).click();
  await page
    .getByRole('cell', { name: /team\.created/ })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Check the chain' }).click();
  await page.getByText(/all as they were written/).waitFor();
  await shot('audit');
  assert.equal(await tooWide(page), 0);
  await page.getByLabel('Kind').selectOption('grant');
  await page.getByRole('button', { name: 'Show' }).click();
  await page
    .getByRole('cell', { name: /grant\.changed/ })
    .first()
    .waitFor();
  await page
    .getByRole('cell', { name: /team\.created/ })
    .first()
    .waitFor({ state: 'detached' });

  for (const path of ['/organisations', '/organisations/shop?tab=robots', '/notifications', '/audit', '/directories']) {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(path);
    await page.locator('h1').waitFor();
    await page.locator('.bones').first().waitFor({ state: 'detached' });
    assert.equal(await tooWide(page), 0, `${path} at 360 pixels`);
    await shot(`narrow-${path.replaceAll(/\W+/g, '-')}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });

  const person = await openPage(browser, server.url);
  await person.page.goto('/signin?next=/account');
  oidc.groups = { ann: ['crew'] };
  await person.page.getByRole('link', { name: 'Sign in with company' }).click();
  await person.page.locator('input[name=login]').fill('ann');
  await person.page.locator('input[name=password]').fill('x');
  await person.page.locator('button[type=submit]').click();
  await person.page.locator('button[type=submit]').click();
  await person.page.getByRole('heading', { name: 'ann' }).waitFor();
  assert.equal(await person.page.getByRole('heading', { name: /^Password/ }).count(), 0, 'there is no password here');

  const other = await openPage(browser, server.url);
  await other.page.goto('/signin?next=/account');
  await other.page.getByLabel('Name').fill('dana');
  await other.page.getByLabel('Password').fill(PASSWORD);
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const factor = other.page.locator('section.box', { hasText: 'Second factor' });
  await factor.getByLabel('Password').fill(PASSWORD);
  await factor.getByRole('button', { name: 'Set up' }).click();
  const secret = (await factor.locator('.secret code').textContent()) ?? '';
  const code = (steps: number) => totpCode(secret, Math.floor(Date.now() / 30_000) + steps);
  await factor.getByLabel('Code that it shows').fill(code(0));
  await factor.getByRole('button', { name: 'Turn on' }).click();
  await factor.getByText('is on').waitFor();
  if (SHOTS !== undefined) await other.page.screenshot({ path: `${SHOTS}/account.png`, fullPage: true });
  await other.page.context().clearCookies();
  await other.page.goto('/signin');
  await other.page.getByLabel('Name').fill('dana');
  await other.page.getByLabel('Password').fill(PASSWORD);
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.page.getByLabel(/^Code/).fill(code(1));
  if (SHOTS !== undefined) await other.page.screenshot({ path: `${SHOTS}/signin.png` });
  await other.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await other.page.getByRole('heading', { name: 'Repositories' }).waitFor();
  assert.deepEqual([...complaints, ...other.complaints], []);
});
