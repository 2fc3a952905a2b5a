import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN_PASSWORD, basic, startServer } from '../server.ts';
import { buildConsole, launchBrowser, openPage, tooWide } from './browser.ts';
import { succeed } from './command.ts';
import { importTracker, TRACKER } from './console-data.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

const ADVISORIES = '../shared/data/advisories/debian-tracker-bookworm-derived.json';
const PASSWORD = 'a-better-password-4';

test('the tutorial: change the password, create a public repository, push, read the findings, find the CVE', async (t) => {
  await buildConsole();
  await using server = await startServer();
  await importTracker(server, existsSync(ADVISORIES) ? readFileSync(ADVISORIES, 'utf8') : JSON.stringify(TRACKER));
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const { page, complaints } = await openPage(browser, server.url);

  await page.goto('/account');
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(ADMIN_PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/account');

  await page.getByLabel('Current password').fill(ADMIN_PASSWORD);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed.').waitFor();
  const old = await server.fetch('/api/v1/me/tokens');
  assert.equal(old.status, 401, 'the old password is worth nothing any more');

  await page.getByRole('link', { name: 'Repositories' }).first().click();
  await page.getByRole('heading', { name: 'This registry is empty' }).waitFor();
  assert.ok(await page.getByText(`docker login ${server.host} -u admin`).isVisible());
  await page.getByRole('link', { name: 'New repository' }).click();
  await page.getByLabel('Name').fill('team/debian');
  await page.getByText('everybody who reaches this registry').click();
  await page.getByRole('button', { name: 'Create repository' }).click();
  await page.waitForURL('**/r/team/debian');
  await page.getByText('Nothing is in it yet').waitFor();
  await page.getByText(`docker push ${server.host}/team/debian:latest`).waitFor();
  await page.getByRole('button', { name: 'skopeo' }).click();
  await page.getByText(`docker://${server.host}/team/debian:latest`).waitFor();

  const layout = await layoutOf(await debianRoot());
  const home = mkdtempSync(join(tmpdir(), 'assay-console-'));
  t.after(() => rmSync(layout, { recursive: true, force: true }));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const authfile = join(home, 'auth.json');
  const login = ['login', '--tls-verify=false', '--authfile', authfile, '-u', 'admin', '--password-stdin', server.host];
  await succeed('skopeo', login, { input: PASSWORD });
  await succeed('skopeo', [
    'copy',
    '--dest-tls-verify=false',
    '--authfile',
    authfile,
    `oci:${layout}:test`,
    `docker://${server.host}/team/debian:12`,
  ]);

  const tag = page.getByRole('link', { name: '12', exact: true });
  await tag.waitFor();
  await tag.click();
  await page.waitForURL('**/r/team/debian:12');
  await page
    .getByRole('region', { name: 'What was found' })
    .getByText(/packages, [\d,]+ findings/)
    .waitFor({ timeout: 60_000 });
  assert.match((await page.locator('.pull-cmd code').textContent()) ?? '', /@sha256:[0-9a-f]{64}/);
  assert.ok(await page.getByText('mmdebstrap bookworm').first().isVisible());

  const report = (await (
    await server.fetch('/api/v1/repositories/team%2Fdebian/images/12/report', {
      headers: { authorization: basic('admin', PASSWORD) },
    })
  ).json()) as { findings: { id: string; fixedVersion?: string }[] };
  const fixable = report.findings.find((each) => each.fixedVersion !== undefined);
  assert.ok(fixable?.fixedVersion);

  await page.getByRole('link', { name: /^Findings/ }).click();
  await page.getByRole('button', { name: /Only fixable/ }).click();
  await page.waitForURL('**fixable=1**');
  await page.getByLabel('Filter findings').fill(fixable.id);
  const row = page.getByRole('row').filter({ hasText: fixable.id });
  await row.first().waitFor();
  assert.ok((await row.first().textContent())?.includes(fixable.fixedVersion));
  await page.getByRole('link', { name: fixable.id, exact: true }).first().click();
  const why = page.getByRole('complementary', { name: new RegExp(fixable.id) });
  for (const step of [
    'We found this',
    'In this layer, from this instruction',
    'This advisory record speaks of it',
    'We compared',
    'What clears it',
    'Where else',
  ])
    await why.getByRole('heading', { name: step }).waitFor();
  await why.getByText('var/lib/dpkg/status').waitFor();
  assert.equal(
    await why.getByRole('link', { name: 'cve.org' }).getAttribute('href'),
    `https://www.cve.org/CVERecord?id=${fixable.id}`,
  );
  const address = page.url();
  await page.reload();
  await why.getByRole('heading', { name: 'We compared' }).waitFor();
  assert.equal(page.url(), address, 'the address is the whole state of the view');
  await page.keyboard.press('Escape');
  await why.waitFor({ state: 'detached' });

  await page.keyboard.press('/');
  await page.keyboard.type(fixable.id);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `1 image has ${fixable.id}` }).waitFor();
  await page.getByRole('link', { name: 'team/debian:12' }).waitFor();
  await page.getByRole('link', { name: `Everything about ${fixable.id}` }).click();
  await page.getByRole('heading', { name: '1 image has it' }).waitFor();

  const stranger = await openPage(browser, server.url);
  await stranger.page.goto('/repositories');
  await stranger.page.getByRole('link', { name: 'team/debian', exact: true }).waitFor();
  for (const width of [360, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto('/r/team/debian:12?tab=findings');
    await page.getByRole('heading', { name: /clears? \d+ of/ }).waitFor();
    assert.ok((await tooWide(page)) <= 0, `no sideways scrolling at ${width} px`);
  }
  assert.deepEqual([...complaints, ...stranger.complaints], [], 'the browser complained of nothing');
});
