import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { PASSWORD } from '../access-client.ts';
import { appChannel, ask, done, peopleOfChannels, pushed, standing } from '../channel-world.ts';
import { startServer } from '../server.ts';
import { violationsOf } from './axe.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';

const SHOTS = process.env['ASSAY_SHOTS'];

test('an image goes on to production by the word of two people, and one step back, in the console', {
  timeout: 240_000,
}, async (t) => {
  await buildConsole();
  await using server = await startServer();
  await peopleOfChannels(server);
  await done(server, 'PUT', '/channels', { text: appChannel() }, 'owen');
  const promoted: string[] = [];
  for (const _ of [1, 2]) {
    promoted.push(await pushed(server, 'shop/intake/storefront', '4.8'));
    await ask(server, 'shop/intake/storefront:4.8');
    const { id } = (await ask(server, 'shop/staging/storefront:4.8')).value;
    if (promoted.length === 1)
      for (const who of ['ann', 'bob']) await done(server, 'POST', `/promotions/${id}/approval`, { note: 'fine' }, who);
    else await done(server, 'POST', `/promotions/${id}/approval`, { note: 'load test passed' }, 'ann');
  }
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);
  const shot = async (name: string) => {
    if (SHOTS === undefined) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  };
  await page.goto('/signin');
  await page.getByLabel('Name').fill('bob');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'Channels' }).click();
  await page.getByRole('list', { name: 'Stages of app' }).waitFor();
  await page.getByText('Waits: shop/staging/storefront:4.8 to shop/production/storefront:4.8').waitFor();
  await page.getByText('2 approvals of team:release: ann').waitFor();
  for (const scheme of ['light', 'dark'] as const)
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 900 });
      await shot(`channels-${scheme}-${width}`);
      assert.ok((await tooWide(page)) <= 0, `${scheme} ${width}`);
      assert.deepEqual(await violationsOf(page), [], `${scheme} ${width}`);
    }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByLabel('Note').fill('agreed');
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits to go on').waitFor();
  assert.equal(await standing(server, 'shop/production/storefront:4.8'), promoted[1]);
  await page.getByRole('link', { name: 'Promoted' }).click();
  await page.getByText('What it stood on').waitFor();
  await shot('channels-evidence');
  const back = page.getByRole('button', { name: 'Roll back one step' });
  await page.getByLabel('Image to take back').selectOption('shop/production/storefront 4.8');
  await page.getByLabel('Why it is taken back').fill('fails under load');
  await back.click();
  await page.getByText('rolled back by bob').waitFor();
  assert.equal(await standing(server, 'shop/production/storefront:4.8'), promoted[0]);
  await page.goto('/quarantine');
  await page.getByRole('cell', { name: 'released' }).first().waitFor();
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await shot(`queue-${width}`);
    assert.ok((await tooWide(page)) <= 0);
    assert.deepEqual(await violationsOf(page), []);
  }
  assert.deepEqual(complaints, []);
});
