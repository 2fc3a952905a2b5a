import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { violationsOf } from './axe.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';
import { SIGNED, type SignedRepository, signRepository, UNSIGNED } from './console-trust-data.ts';

let server: TestServer;
let signed: SignedRepository;
let browser: Browser;
before(async () => {
  await buildConsole();
  server = await startServer();
  signed = await signRepository(server);
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
  signed[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

async function signIn(options: Parameters<typeof openPage>[2] = {}) {
  const opened = await openPage(browser, server.url, options);
  await opened.page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });
  return opened;
}

test('keys, signers and differences of what real commands signed', async () => {
  const { page, complaints } = await signIn();
  await page.goto(`/r/${SIGNED}?tab=trust`);
  await page.getByText('Tag 1.1 is not what was signed').waitFor();
  const keys = JSON.parse(await signed.owner.succeed(['key', 'list', '--format', 'json'])) as {
    items: { id: string; role: string }[];
  };
  const roles = page.getByRole('region', { name: 'Roles and keys' });
  for (const role of ['root', 'targets', 'alice']) {
    const { id } = keys.items.find((key) => key.role === role)!;
    assert.ok((await roles.getByText(id.slice(0, 12)).count()) > 0, `${role} ${id} is shown`);
  }
  await page.getByText('Whole key ids').click();
  await page.getByText(keys.items.find((key) => key.role === 'root')!.id, { exact: true }).waitFor();
  const tags = page.getByRole('region', { name: 'Signed tags' });
  assert.match(await tags.getByRole('row', { name: /^1\.0 / }).innerText(), /repository key[\s\S]*the same/);
  assert.match(await tags.getByRole('row', { name: /^2\.0 / }).innerText(), /alice[\s\S]*the same/);
  assert.match(await tags.getByRole('row', { name: /^1\.1 / }).innerText(), /gives out/);
  assert.match(await roles.getByRole('row', { name: /^root/ }).innerText(), /renew before \d+ \w+ 20\d\d in \d+ years/);
  assert.match(await roles.getByRole('row', { name: /^timestamp/ }).innerText(), /renews itself before/);
  await page.getByText('there is one root key', { exact: false }).first().waitFor();

  await page.goto(`/r/${SIGNED}`);
  const row = (tag: string) => page.locator('tr', { has: page.getByRole('link', { name: tag, exact: true }) });
  for (const [tag, word] of [
    ['1.0', 'signed'],
    ['1.1', 'not what was signed'],
    ['2.0-unsigned', 'not signed'],
  ] as const)
    assert.equal(await row(tag).locator('.trust-mark').innerText(), word);
  await page.goto('/repositories');
  await page.getByText('not what was signed').waitFor();

  await page.goto(`/r/${SIGNED}:1.1`);
  await page.locator('.banner.tamper', { hasText: '1.1 is not what was signed' }).waitFor();
  await page.getByRole('link', { name: 'See who signed what' }).click();
  await page.getByText('another image', { exact: true }).waitFor();
  await page.goto(`/r/${SIGNED}:2.0`);
  await page.getByText('Signed by alice', { exact: true }).waitFor();
  assert.equal(await page.locator('.banner.tamper').count(), 0);
  await page.goto(`/r/${UNSIGNED}?tab=trust`);
  await page.getByText(`assay trust sign ${server.host}/${UNSIGNED}:TAG`).waitFor();
  assert.deepEqual(complaints, []);
});

test('a publish reaches an open page by itself; a differing tag that is signed is well again', async () => {
  const { page } = await signIn();
  await page.goto(`/r/${SIGNED}?tab=trust`);
  await page.getByText('Tag 1.1 is not what was signed').waitFor();
  await signed.owner.succeed(['trust', 'sign', `${signed.gun}:1.1`]);
  await page.getByText('3 tags are signed').waitFor({ timeout: 25_000 });
  await signed.push('1.1', 'moved again');
  await page.getByText('Tag 1.1 is not what was signed').waitFor({ timeout: 25_000 });
});

const pages = [
  '/repositories',
  `/r/${SIGNED}`,
  `/r/${SIGNED}?tab=trust`,
  `/r/${SIGNED}?tab=settings`,
  `/r/${UNSIGNED}?tab=trust`,
  `/r/${SIGNED}:1.1`,
  `/r/${SIGNED}:1.1?tab=trust`,
  `/r/${SIGNED}:2.0?tab=trust`,
  `/r/${UNSIGNED}:1?tab=trust`,
];

for (const colorScheme of ['light', 'dark'] as const)
  test(`no barriers and nothing too wide, ${colorScheme}`, async () => {
    const { page, complaints } = await signIn({ colorScheme });
    for (const path of pages)
      for (const width of [360, 1280, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(path);
        await page.waitForLoadState('networkidle');
        assert.equal(await tooWide(page), 0, `${path} at ${width}`);
        if (width !== 2560) assert.deepEqual(await violationsOf(page), [], `${path} at ${width}`);
      }
    assert.deepEqual(complaints, []);
  });

test('by keyboard alone: to the panel, a signed tag, and the whole ids of the keys', async () => {
  const { page } = await signIn();
  await page.goto(`/r/${SIGNED}`);
  await page.getByRole('navigation', { name: 'Repository' }).getByRole('link', { name: 'Trust' }).focus();
  await page.keyboard.press('Enter');
  const summary = page.getByText('Whole key ids');
  await summary.waitFor();
  await summary.focus();
  await page.keyboard.press('Enter');
  await page.locator('.whole-keys[open]').waitFor();
  await page.getByRole('region', { name: 'Signed tags' }).getByRole('link', { name: '2.0', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Signed by alice', { exact: true }).waitFor();
});

test('a repository with trust data is deleted after a second confirmation only', async () => {
  const { page } = await signIn();
  await page.goto(`/r/${SIGNED}?tab=settings`);
  await page.getByText('trust data goes only after a second confirmation', { exact: false }).waitFor();
  await page.getByLabel(`Type ${SIGNED} to confirm`).fill(SIGNED);
  await page.getByRole('button', { name: 'Delete repository' }).click();
  await page.getByText('has trust data', { exact: false }).waitFor();
  const really = page.getByRole('button', { name: 'Delete with its trust data' });
  assert.equal(await really.isDisabled(), true);
  assert.equal((await server.fetch(`/api/v1/repositories/${encodeURIComponent(SIGNED)}`)).status, 200, 'still there');
  await page.getByLabel('Type trust to confirm').fill('trust');
  await really.click();
  await page.waitForURL('**/repositories');
  assert.equal((await server.fetch(`/api/v1/repositories/${encodeURIComponent(SIGNED)}`)).status, 404);
  assert.equal((await server.fetch(`/v2/${signed.gun}/_trust/tuf/root.json`)).status, 404);
});
