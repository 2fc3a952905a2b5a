import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, type PushedImage, pushImageOf } from './image-pusher.ts';
import { runMain } from './run-cli.ts';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from './server.ts';

let server: TestServer;
let first: PushedImage;
let second: PushedImage;
const of = (name: string, version: string, more = '') =>
  `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n${more}\n`;
const system = { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' };
const tracker = JSON.stringify({
  openssl: {
    'CVE-2023-0001': { releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } } },
  },
});

before(async () => {
  server = await startServer();
  await server.fetch('/api/v1/advisories?feed=debian', { method: 'POST', body: tracker });
  const layer = (status: string) => tarOf([system, { path: 'var/lib/dpkg/status', content: status }]);
  const old = of('openssl', '3.0.1-1', 'Depends: libc6\n') + of('libc6', '2.36-9') + of('gone', '1');
  const fresh = of('openssl', '3.0.9-1', 'Depends: libc6\n') + of('libc6', '2.36-9') + of('new', '1');
  first = await pushImageOf(server, 'shop/app', [layer(old)], {}, '1');
  second = await pushImageOf(server, 'shop/app', [layer(fresh)], {}, '2');
  for (const image of [first, second]) await answerOf(server, `${image.path}/findings`);
});
after(() => server[Symbol.asyncDispose]());

test('two tags compared: packages and findings that came, went and changed', async () => {
  const compared = await answerOf<{
    before: { digest: string };
    packages: Record<'added' | 'removed' | 'changed', { name: string; before: string[]; after: string[] }[]>;
    findings: { added: unknown[]; removed: { id: string; fixedVersion: string }[] };
  }>(server, '/api/v1/repositories/shop%2Fapp/images/2/comparison?with=1');
  assert.equal(compared.before.digest, first.digest);
  assert.deepEqual(
    (['added', 'removed', 'changed'] as const).map((kind) => compared.packages[kind].map(({ name }) => name)),
    [['new'], ['gone'], ['openssl']],
  );
  assert.deepEqual(compared.packages.changed[0]?.after, ['3.0.9-1']);
  assert.deepEqual(
    compared.findings.removed
      .filter(({ id }) => id.startsWith('CVE'))
      .map(({ id, fixedVersion }) => [id, fixedVersion]),
    [['CVE-2023-0001', '3.0.9-1']],
  );
  const absent = await server.fetch('/api/v1/repositories/shop%2Fapp/images/2/comparison?with=absent');
  assert.equal(absent.status, 404);
});

test('who needs whom in an image', async () => {
  const { items } = await answerOf<{ items: { name: string; needs: number[] }[] }>(
    server,
    '/api/v1/repositories/shop%2Fapp/images/1/dependencies',
  );
  const openssl = items.find((each) => each.name === 'openssl');
  assert.deepEqual(
    openssl?.needs.map((at) => items[at]?.name),
    ['libc6'],
  );
});

test('how many images had a vulnerability, by day', async () => {
  const { trend, images } = await answerOf<{
    trend: { day: string; images: number }[];
    images: { pushedAt: string }[];
  }>(server, '/api/v1/vulnerabilities/CVE-2023-0001');
  assert.equal(images.length, 1);
  assert.equal(trend.length, 30);
  assert.deepEqual([trend[0]?.images, trend.at(-1)?.images], [0, 1]);
});

test('assay diff: the same on the command line, its exit status and JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-diff-'));
  try {
    const auth = basic('admin', ADMIN_PASSWORD).slice('Basic '.length);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
    const environment = { DOCKER_CONFIG: folder, HOME: folder };
    const [one, two] = [1, 2].map((tag) => `${server.host}/shop/app:${tag}`) as [string, string];
    const shown = await runMain(['diff', one, two], environment);
    assert.equal(shown.status, 0, shown.err);
    assert.match(shown.out, /~ +openssl +deb +3\.0\.1-1 +3\.0\.9-1/);
    assert.match(shown.out, /packages: 1 came, 1 went, 1 changed, 1 the same/);
    assert.equal((await runMain(['diff', '--fail-on-new', two, one], environment)).status, 1);
    const { out } = await runMain(['diff', '--format', 'json', one, two], environment);
    const parsed = JSON.parse(out) as { schemaVersion: number; first: { digest: string } };
    assert.deepEqual([parsed.schemaVersion, parsed.first.digest], [1, first.digest]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
