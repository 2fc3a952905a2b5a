import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';
import { analysed, dpkgStatus, importTracker, OS_RELEASE, pushImage } from './console-data.ts';

/** Pictures of the page go here when a folder is named. */
const SHOTS = process.env['ASSAY_TEST_SHOTS'];

test('a finding is stated not to affect the image, set aside in sight, and brought back, by hand in the console', async (t) => {
  await buildConsole();
  await using server = await startServer();
  await importTracker(server);
  const status = dpkgStatus([['libssl3', '3.0.15-1~deb12u1', 'openssl']]);
  const layers = [{ instruction: 'debootstrap', files: [OS_RELEASE, status] }];
  await pushImage(server, { repository: 'shop/web', tag: '1', layers });
  await analysed(server, 'shop/web', '1');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);
  await page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });
  const shoot = async (name: string) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [360, 'light'],
      [360, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      assert.ok((await tooWide(page)) <= 0, `${name} at ${width}`);
      if (SHOTS !== undefined)
        await page.screenshot({ path: join(SHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: width === 1280 });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  };

  await page.goto('/r/shop/web:1?tab=findings&by=list');
  await page.getByRole('heading', { name: /of 3 findings/ }).waitFor();
  await page
    .getByRole('link', { name: /CVE-2026-10001/ })
    .first()
    .click();
  await page.getByText('Say whether it affects this image').click();
  await page.locator('select[name=status]').selectOption('affected');
  assert.equal(await page.locator('select[name=justification]').count(), 0, 'only "not affected" has a justification');
  await page.locator('select[name=status]').selectOption('not_affected');
  await page.locator('select[name=justification]').selectOption('vulnerable_code_not_in_execute_path');
  await page.getByLabel('In words').fill('certificates are never read');
  await page.getByText('State it').scrollIntoViewIfNeeded();
  await shoot('vex-form');
  await page.getByRole('button', { name: 'State it' }).click();

  await page.getByRole('heading', { name: /Set aside/ }).waitFor();
  await page.getByRole('heading', { name: /of 2 findings/ }).waitFor();
  await page.getByText('certificates are never read').waitFor();
  await shoot('vex-aside');
  await page.goto('/vulnerabilities/CVE-2026-10001');
  await page.getByText('set aside: not affected, by admin').waitFor();
  await shoot('vex-cve');
  await page.goBack();
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('heading', { name: /of 3 findings/ }).waitFor();
  assert.equal(await page.getByRole('heading', { name: /Set aside/ }).count(), 0);
  assert.deepEqual(complaints, []);
});
