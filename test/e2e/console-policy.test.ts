import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { tarOf } from '../archives.ts';
import { answerOf, pushImageOf } from '../image-pusher.ts';
import { ADMIN_PASSWORD, basic, startServer } from '../server.ts';
import { violationsOf } from './axe.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';

const SHOTS = process.env['ASSAY_SHOTS'];

test('a policy is written, tried on real images and put in force; what it refuses is seen and let through', {
  timeout: 180_000,
}, async (t) => {
  await buildConsole();
  await using server = await startServer();
  const layer = tarOf([{ path: 'app/run', content: 'x' }]);
  const rooted = await pushImageOf(server, 'shop/storefront', [layer], {}, '4.8.2');
  const plain = await pushImageOf(server, 'shop/worker', [layer], { config: { User: '10001' } }, '1.0.0');
  for (const { path } of [rooted, plain]) await answerOf(server, `${path}/observations`);
  await addPerson(server, 'dana');
  await done(server, 'PUT', '/organisations/shop/grants/dana', { role: 'reader' });
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

  await page.getByRole('link', { name: 'Policies' }).click();
  await page.getByText('No policies: every gate is open').waitFor();
  await page.getByRole('button', { name: 'New policy' }).click();
  const text = page.getByLabel('Policy, as YAML');
  await text.fill('policy: not-root\nmode: enforce\nrules:\n  - usr: not-root\n');
  await page.getByText('line 4, column 5: no rule is called usr; did you mean user?').waitFor();
  await shot('policy-problem');
  await text.fill('policy: not-root\nmode: enforce\nrules:\n  - user: not-root\n');
  await page.getByText('At pull, it stands against 1 of 2 images.').waitFor();
  await page.getByText('user: runs as root').waitFor();
  await shot('policy-editor');
  await page.getByRole('button', { name: 'Put in force' }).click();
  await page.getByRole('cell', { name: 'enforced' }).waitFor();
  await shot('policies');

  const refused = await server.fetch('/v2/shop/storefront/manifests/4.8.2', { as: basic('dana', PASSWORD) });
  assert.equal(refused.status, 403);
  await page.goto('/r/shop/storefront:4.8.2');
  await page.getByRole('list', { name: 'Verdict at each gate' }).waitFor();
  await page.getByText('Refused at build, push, pull, deploy and run').waitFor();
  await shot('image-doors');
  await page.getByRole('link', { name: 'See every rule' }).click();
  await page.getByText('policy not-root, rule user: runs as root').waitFor();
  await shot('image-policy');

  await page.getByRole('link', { name: 'Denials' }).click();
  await page.getByText('Pull of shop/storefront:4.8.2 was refused').waitFor();
  await shot('denials');
  await page.getByLabel('Why the risk is acceptable').fill('the base image changes next week');
  await page.getByRole('button', { name: 'Make the exception' }).click();
  await page.getByText('The exception is in force.').waitFor();
  const through = await server.fetch('/v2/shop/storefront/manifests/4.8.2', { as: basic('dana', PASSWORD) });
  assert.equal(through.status, 200);
  await page.goto('/policies?organisation=shop');
  await page.getByText('the base image changes next week').waitFor();
  await shot('exceptions');

  await page.goto('/r/shop/worker:1.0.0?tab=policy');
  await page.getByLabel('Why', { exact: true }).fill('looked odd');
  await page.getByRole('button', { name: 'Hold back' }).click();
  await page.getByText('held back by admin').first().waitFor();
  await page.getByRole('link', { name: 'Quarantine' }).click();
  await page.getByRole('cell', { name: 'held back' }).waitFor();
  await shot('quarantine');
  const held = await server.fetch('/v2/shop/worker/manifests/1.0.0', { as: basic('dana', PASSWORD) });
  assert.equal(held.status, 403);

  for (const path of [
    '/policies',
    '/denials',
    '/quarantine',
    '/r/shop/storefront:4.8.2',
    '/r/shop/storefront:4.8.2?tab=policy',
  ])
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'dark'],
      [2560, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto(path);
      await page.locator('main .box, main .doors').first().waitFor();
      assert.ok((await tooWide(page)) <= 0, `${path} at ${width}`);
      assert.deepEqual(await violationsOf(page), [], `${path} at ${width}`);
    }
  assert.deepEqual(complaints, []);
});
