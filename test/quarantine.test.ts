import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, channelWorld, done, pushed, standing, told } from './channel-world.ts';
import { basic, type TestServer } from './server.ts';
import { digest, imageManifest, putManifest } from './conformance/registry-client.ts';
import { PASSWORD } from './access-client.ts';

let server: TestServer;
before(async () => {
  server = await channelWorld();
});
after(() => server[Symbol.asyncDispose]());

const pull = async (image: string, as = 'rita') => {
  const [repository = '', reference = ''] = image.split(/:(?=[^:]*$)|@/);
  const path = `/v2/${repository}/manifests/${image.includes('@') ? image.split('@')[1] : reference}`;
  const answer = await server.fetch(path, { as: basic(as, PASSWORD) });
  return { status: answer.status, text: await answer.text() };
};

test('a digest is held in every repository of an organisation, and in no other', async () => {
  const raw = await imageManifest(server, 'shop/one');
  for (const tag of ['1', '2']) await putManifest(server, 'shop/one', tag, raw);
  const bad = digest(raw);
  const path = `/organisations/shop/holds/${encodeURIComponent(bad)}`;
  assert.equal((await pull('shop/one:1')).status, 200);
  assert.equal((await api(server, 'PUT', path, { reason: 'x' }, 'dev')).status, 403);
  assert.equal((await api(server, 'PUT', path, { reason: 'x' }, 'rick')).status, 404);
  await done(server, 'PUT', path, { reason: 'a stolen build' }, 'owen');
  for (const image of ['shop/one:1', 'shop/one:2', `shop/one@${bad}`]) {
    const refused = await pull(image);
    assert.equal(refused.status, 403, image);
    assert.match(refused.text, /rule held: held back by owen: a stolen build/);
  }
  const release = `/repositories/shop%2Fone/images/${encodeURIComponent(bad)}/release`;
  await done(server, 'PUT', release, { state: 'released', reason: 'one repository says yes' }, 'owen');
  assert.equal((await pull('shop/one:1')).status, 403, 'the hold of the organisation outranks it');
  assert.equal(
    (await done<{ items: unknown[] }>(server, 'GET', '/organisations/shop/holds', undefined, 'rita')).items.length,
    1,
  );
  await done(server, 'POST', `${path}/release`, { reason: 'looked at' }, 'owen');
  assert.equal((await pull('shop/one:1')).status, 200);
  assert.equal(await told(server, 'digest.held', `shop@${bad}`), 1);
  assert.equal(await told(server, 'digest.released', `shop@${bad}`), 1);
});

test('what is taken in is pulled by nobody before its release, and is let go by who took it in', async () => {
  const raw = await imageManifest(server, 'shop/foreign');
  const wanted = digest(raw);
  const intakes = '/repositories/shop%2Fforeign/intakes';
  const body = { digests: [wanted], from: 'docker.io/library/debian:12' };
  assert.equal((await api(server, 'POST', intakes, body, 'rita')).status, 403);
  const begun = await done<{ held: string[] }>(server, 'POST', intakes, body, 'dev');
  assert.deepEqual(begun.held, [wanted]);
  assert.equal((await putManifest(server, 'shop/foreign', '1', raw)).status, 201);
  for (const image of ['shop/foreign:1', `shop/foreign@${wanted}`]) {
    const refused = await pull(image);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /held back by dev: taken in from docker\.io/);
  }
  assert.equal(
    (await api(server, 'POST', `${intakes}/1/release`, undefined, 'dev2')).status,
    403,
    'not who took it in',
  );
  await done(server, 'PUT', '/policies', {
    text: 'policy: gate\norganisation: shop\nmode: enforce\nrepositories: [shop/foreign]\nrules:\n  - user: not-root\n',
  });
  const refused = await done<{ released: boolean; verdicts: { outcome: string; line: string }[] }>(
    server,
    'POST',
    `${intakes}/1/release`,
    undefined,
    'dev',
  );
  assert.equal(refused.released, false);
  assert.match(refused.verdicts[0]!.line, /policy gate, rule user/);
  assert.equal((await pull('shop/foreign:1')).status, 403);
  await done(server, 'DELETE', '/policies/gate?organisation=shop');
  const let_ = await done<{ released: boolean }>(server, 'POST', `${intakes}/1/release`, undefined, 'dev');
  assert.equal(let_.released, true);
  assert.equal((await pull('shop/foreign:1')).status, 200);
  assert.equal(
    (await api<{ held: string[] }>(server, 'POST', intakes, body, 'dev')).value.held.length,
    0,
    'it is here',
  );
  assert.equal((await pull('shop/foreign:1')).status, 200, 'and is not held again by a publisher');
});

test('a maintainer’s hold is not ended by an intake', async () => {
  const wanted = await pushed(server, 'shop/kept', '1');
  const path = `/repositories/shop%2Fkept/images/${encodeURIComponent(wanted)}/release`;
  await done(server, 'PUT', path, { state: 'held', reason: 'reported' }, 'owen');
  const ended = await api(server, 'POST', '/repositories/shop%2Fkept/intakes/1/release', undefined, 'dev');
  assert.equal(ended.status, 403);
  assert.match(ended.text, /is held by owen: reported/);
});

test('the queue follows what becomes of images, for who may pull them', async () => {
  const wanted = await pushed(server, 'shop/queue', '1');
  const stage = async (as = 'rita') =>
    (
      await done<{ items: { digest: string; stage: string; waitsFor: string }[] }>(
        server,
        'GET',
        '/stages?repository=shop%2Fqueue',
        undefined,
        as,
      )
    ).items.map((each) => each.stage);
  const becomes = async (...expected: readonly string[]) => {
    for (let waited = 0; (await stage()).join() !== expected.join() && waited < 300; waited++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await stage(), expected);
  };
  await becomes('released');
  const path = `/repositories/shop%2Fqueue/images/${encodeURIComponent(wanted)}/release`;
  await done(server, 'PUT', path, { state: 'held', reason: 'reported' }, 'owen');
  await becomes('held');
  assert.deepEqual(await stage('rick'), []);
  assert.ok((await told(server, 'image.stage-changed', `shop/queue@${wanted}`)) >= 2);
  assert.notEqual(await standing(server, 'shop/queue:1'), '404');
});

test('refused images of other registries, and of none, are in the list of refusals for the house', async () => {
  await done(server, 'PUT', '/policies', {
    text: 'policy: runs\norganisation: shop\nmode: enforce\ngates: [run]\nrules:\n  - user: not-root\n',
  });
  for (const image of ['docker.io/library/nginx:1', 'local', 'docker.io/library/nginx:1'])
    await done(server, 'POST', '/gates/run', { image });
  await done(server, 'POST', '/gates/run', { image: 'docker.io/library/dry:1', dryRun: true });
  type Denial = { id: string; repository: string; digest?: string; count: number; statement: string };
  const list = async (as?: string) =>
    (await done<{ items: Denial[] }>(server, 'GET', '/denials?gate=run', undefined, as)).items;
  for (let waited = 0; (await list()).length < 2 && waited < 100; waited++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const found = await list();
  assert.deepEqual(found.map(({ repository, count, digest: none }) => [repository, count, none]).sort(), [
    ['docker.io/library/nginx:1', 2, undefined],
    ['local', 1, undefined],
  ]);
  assert.match(found[0]!.statement, /^policy images, rule foreign: /);
  const one = await done<Denial>(server, 'GET', `/denials/${found[0]!.id}`);
  assert.equal(one.repository, found[0]!.repository);
  assert.deepEqual(await list('owen'), [], 'they belong to no organisation');
});
