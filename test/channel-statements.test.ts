import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { tarOf } from './archives.ts';
import { appChannel, ask, channelWorld, done } from './channel-world.ts';
import { importTracker } from './e2e/console-data.ts';
import { answerOf, pushImageOf, type PushedImage } from './image-pusher.ts';
import type { TestServer } from './server.ts';

const TRACKER = {
  openssl: {
    'CVE-2026-0001': {
      description: 'A',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } },
    },
  },
};
const POLICY = `policy: clean
organisation: shop
mode: enforce
gates: [pull, deploy, run]
rules:
  - vulnerabilities: { atLeast: high }
`;
const STATED = {
  vulnerability: 'CVE-2026-0001',
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};
const layer = tarOf([
  { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
  {
    path: 'var/lib/dpkg/status',
    content: 'Package: openssl\nStatus: install ok installed\nVersion: 3.0.1-1\nArchitecture: amd64\n\n',
  },
]);

let server: TestServer;
let image: PushedImage;
before(async () => {
  server = await channelWorld();
  await importTracker(server, JSON.stringify(TRACKER));
  await done(server, 'PUT', '/channels', { text: appChannel() }, 'owen');
  image = await pushImageOf(server, 'shop/intake/app', [layer], {}, '1');
  await answerOf(server, `${image.path}/findings`);
  await done(server, 'PUT', '/policies', { text: POLICY });
});
after(() => server[Symbol.asyncDispose]());

interface Statement {
  readonly vulnerability: string;
  readonly author: string;
  readonly recordedBy: string;
}

const address = (repository: string) => `/repositories/${encodeURIComponent(repository)}/images/${image.digest}/vex`;
const statements = async (repository: string) =>
  (await done<{ items: Statement[] }>(server, 'GET', address(repository))).items;

/** What lies beside the image, once as many referrers are there as are wanted. */
async function beside(repository: string): Promise<string[]> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50)) {
    const answer = await server.fetch(`/v2/${repository}/referrers/${image.digest}`);
    const { manifests } = (await answer.json()) as { manifests: { digest: string }[] };
    if (manifests.length > 0) return manifests.map((each) => each.digest);
  }
  throw new Error(`nothing was published in ${repository}`);
}

test('a channel carries what was said of an image, and the policies of the next stage see it', async () => {
  const refused = await ask(server, 'shop/intake/app:1');
  assert.equal(refused.value.state, 'open', 'a finding is against it');
  await done(server, 'POST', address('shop/intake/app'), STATED);
  const [first] = await beside('shop/intake/app');
  const asked = await ask(server, 'shop/intake/app:1');
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50))
    if ((await server.fetch('/v2/shop/staging/app/manifests/1')).status === 200) break;
  assert.equal((await server.fetch('/v2/shop/staging/app/manifests/1')).status, 200, asked.text);
  const [carried, ...more] = await statements('shop/staging/app');
  assert.deepEqual(more, []);
  assert.deepEqual([carried?.vulnerability, carried?.author, carried?.recordedBy], ['CVE-2026-0001', 'admin', 'dev']);
  const published = await beside('shop/staging/app');
  assert.equal(published.length, 1, 'the attestation of the stage before does not come along');
  assert.notEqual(published[0], first);
});

test('without a channel nothing is carried: who may push elsewhere does not speak there', async () => {
  const body = { repository: 'shop/elsewhere', tag: '1', reason: 'a look' };
  await done(server, 'POST', '/repositories/shop%2Fintake%2Fapp/images/1/promotions', body, 'dev');
  assert.deepEqual(await statements('shop/elsewhere'), []);
  assert.equal((await server.fetch('/v2/shop/elsewhere/manifests/1')).status, 403, 'its finding counts there');
});
