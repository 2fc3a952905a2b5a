import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { analysed, dpkgStatus, importTracker, OS_RELEASE, pushImage, pushIndex } from './e2e/console-data.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let index: { digest: string };

before(async () => {
  server = await startServer();
  await importTracker(server);
  const layer = (version: string) => ({
    instruction: 'debootstrap',
    files: [OS_RELEASE, dpkgStatus([['libssl3', version, 'openssl']])],
  });
  await pushImage(server, { repository: 'team/fixed', tag: 'a', layers: [layer('3.0.17-1~deb12u9')] });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await pushImage(server, { repository: 'team/fixed', tag: '0', layers: [layer('3.0.17-1~deb12u9')] });
  await pushImage(server, { repository: 'team/old', tag: '1', layers: [layer('3.0.17-1~deb12u1')] });
  const amd = await pushImage(server, { repository: 'team/both', tag: '', layers: [layer('3.0.17-1~deb12u9')] });
  const arm = await pushImage(server, {
    repository: 'team/both',
    tag: '',
    layers: [layer('3.0.17-1~deb12u1')],
    architecture: 'arm64',
  });
  index = await pushIndex(server, 'team/both', '1', [amd, arm]);
  await analysed(server, 'team/fixed', 'a');
  await analysed(server, 'team/old', '1');
  await analysed(server, 'team/both', amd.digest);
  await analysed(server, 'team/both', arm.digest);
});

after(() => server[Symbol.asyncDispose]());

interface Listed {
  readonly items: readonly {
    name: string;
    newest?: { judgement: { state: string; counts?: { high: number; medium: number } } };
  }[];
  readonly next?: string;
  readonly total: number;
}

async function json<T>(path: string, as?: null): Promise<T> {
  const answer = await server.fetch(path, as === null ? { as } : {});
  assert.equal(answer.status, 200, path);
  return (await answer.json()) as T;
}

test('repositories worst first: findings by severity, and an index counts as its worst image', async () => {
  const all = await json<Listed>('/api/v1/repositories?sort=worst');
  assert.deepEqual(
    all.items.map((item) => item.name),
    ['team/both', 'team/old', 'team/fixed'],
  );
  const [both, old] = all.items;
  assert.equal(both?.newest?.judgement.state, 'complete');
  assert.deepEqual(both?.newest?.judgement.counts, old?.newest?.judgement.counts);
  const first = await json<Listed>('/api/v1/repositories?sort=worst&limit=2');
  assert.equal(first.items.length, 2);
  const rest = await json<Listed>(`/api/v1/repositories?sort=worst&limit=2&cursor=${first.next}`);
  assert.deepEqual(
    rest.items.map((item) => item.name),
    ['team/fixed'],
  );
  assert.equal(rest.next, undefined);
  assert.equal(rest.total, 3);
});

test('tags newest first, by name unless asked', async () => {
  const names = async (query: string) =>
    (await json<Listed>(`/api/v1/repositories/team%2Ffixed/tags${query}`)).items.map((item) => item.name);
  assert.deepEqual(await names('?sort=newest'), ['0', 'a']);
  assert.deepEqual(await names(''), ['0', 'a']);
  assert.deepEqual(await names('?sort=newest&limit=1'), ['0']);
});

test('a manifest as text is byte for byte what was stored', async () => {
  const manifest = await json<{ digest: string; text: string; size: number; mediaType: string }>(
    '/api/v1/repositories/team%2Fboth/images/1/manifest',
  );
  assert.equal(manifest.digest, index.digest);
  assert.equal(`sha256:${createHash('sha256').update(manifest.text).digest('hex')}`, index.digest);
  assert.equal(manifest.size, Buffer.byteLength(manifest.text));
});

test('a vulnerability names the images that have it, to those who may pull them', async () => {
  const found = await json<{ id: string; summary?: string; images: { repository: string }[] }>(
    '/api/v1/vulnerabilities/cve-2026-10001',
  );
  assert.equal(found.id, 'CVE-2026-10001');
  assert.deepEqual(
    found.images.map((image) => image.repository),
    ['team/both', 'team/old'],
  );
  const stranger = await json<{ summary?: string; images: unknown[] }>('/api/v1/vulnerabilities/CVE-2026-10001', null);
  assert.deepEqual(stranger.images, []);
  assert.equal(stranger.summary, undefined);
});

test('packages are found by their own name and by their source’s', async () => {
  for (const q of ['libssl3', 'openssl']) {
    const { holding } = await json<{ holding: { repository: string; name: string }[] }>(`/api/v1/search?q=${q}`);
    assert.deepEqual(
      [...new Set(holding.map((each) => `${each.repository} ${each.name}`))],
      ['team/both libssl3', 'team/fixed libssl3', 'team/old libssl3'],
    );
    assert.deepEqual((await json<{ holding: unknown[] }>(`/api/v1/search?q=${q}`, null)).holding, []);
  }
});

test('what a stranger may not see does not exist', async () => {
  const list = await json<Listed>('/api/v1/repositories?sort=worst', null);
  assert.deepEqual(list, { items: [], total: 0, sort: 'worst' });
  for (const path of ['', '/images/1', '/images/1/manifest', '/tags']) {
    const answer = await server.fetch(`/api/v1/repositories/team%2Fold${path}`, { as: null });
    const missing = await server.fetch(`/api/v1/repositories/team%2Fnone${path}`, { as: null });
    assert.equal(answer.status, missing.status);
    assert.equal(answer.status, 401);
    const told = (await answer.json()) as { code: string };
    assert.equal(told.code, ((await missing.json()) as { code: string }).code);
  }
});
