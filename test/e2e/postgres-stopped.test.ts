import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { serveAdmissionReplica } from '../../src/app/admission-replica.ts';
import { makeServingCertificate } from '../../src/app/serving-certificate.ts';
import { ServerClient } from '../../src/cli/server-client.ts';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { reviewPod } from '../review-pod.ts';
import { basic, startServer, type TestServer } from '../server.ts';
import { OS_RELEASE, pushImage } from './console-data.ts';
import { startPostgres } from './postgres-cluster.ts';

/** How long the database is away. */
const AWAY_MS = 30_000;

async function push(server: TestServer, tag: string, user: string): Promise<void> {
  const layers = [{ instruction: 'COPY . /', files: [OS_RELEASE, { path: 'word', text: tag }] }];
  await pushImage(server, { repository: 'shop/app', tag, layers, config: { User: user } });
}

/** Waits until an answer of the server has this status. */
async function answers(ask: () => Promise<Response>, status: number): Promise<void> {
  let last = 0;
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    last = (await ask()).status;
    if (last === status) return;
  }
  assert.fail(`${status} never came, ${last} did`);
}

test('PostgreSQL stops for 30 s: signed decisions answer, nothing else does; then all goes on by itself', async (t) => {
  await using cluster = await startPostgres();
  await using server = await startServer({ database: await cluster.database('assay') });
  const folder = mkdtempSync(join(tmpdir(), 'assay-admit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await addPerson(server, 'cluster');
  await push(server, 'good', 'app');
  await push(server, 'rooted', '');
  await push(server, 'unasked', 'app');
  await done(server, 'PUT', '/organisations/shop/grants/cluster', { role: 'reader' });
  const text = 'policy: users\norganisation: shop\nmode: enforce\ngates: [deploy]\nrules:\n  - user: not-root\n';
  await done(server, 'PUT', '/policies', { text });
  const { authority, certificate, key } = makeServingCertificate(['localhost'], Date.now());
  writeFileSync(join(folder, 'tls.crt'), certificate);
  writeFileSync(join(folder, 'tls.key'), key);
  const replica = await serveAdmissionReplica(new ServerClient(server.url, {}).signedInAs('cluster', PASSWORD), {
    listen: '127.0.0.1:0',
    certificate: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
    clientCa: undefined,
    state: join(folder, 'state'),
  });
  t.after(() => replica.stop());
  const review = (tag: string) => reviewPod(replica.address, authority, `${server.host}/shop/app:${tag}`);
  const read = () =>
    server.fetch('/v2/shop/app/manifests/good', { headers: { authorization: basic('cluster', PASSWORD) } });
  const write = () => server.fetch('/v2/shop/app/blobs/uploads/', { method: 'POST' });
  assert.equal((await review('good')).allowed, true);
  assert.match((await review('rooted')).status?.message ?? '', /policy users/);

  const startedAt = Date.now();
  await cluster.stop();
  let allowed = 0;
  while (Date.now() - startedAt < AWAY_MS) {
    assert.equal((await review('good')).allowed, true, 'a signed decision that has not expired answers');
    allowed++;
    assert.match((await review('rooted')).status?.message ?? '', /policy users/, 'a signed refusal stays one');
    const unasked = await review('unasked');
    assert.equal(unasked.allowed, false, 'what was never decided is not admitted');
    assert.match(unasked.status?.message ?? '', /rule undecided/);
    for (const ask of [read, write]) {
      const answer = await ask();
      assert.equal(answer.status, 503, await answer.text());
      assert.ok(Number(answer.headers.get('retry-after')) > 0, 'a client is told to come again');
    }
    assert.equal((await server.fetch('/livez', { as: null })).status, 200, 'the process lives');
    assert.equal((await server.fetch('/readyz', { as: null })).status, 503, 'and says that it is not ready');
    await pause(500);
  }
  assert.ok(allowed > 1);

  await cluster.start();
  await answers(read, 200);
  await answers(write, 202);
  await answers(() => server.fetch('/readyz', { as: null }), 200);
  for (const deadline = Date.now() + 30_000; !(await review('unasked')).allowed; await pause(200))
    assert.ok(Date.now() < deadline, 'the replica asks the server again');
  await push(server, 'after', 'app');
  t.diagnostic(`${allowed} times admitted from a signed decision while the database was away`);
});
