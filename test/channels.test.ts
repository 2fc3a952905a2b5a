import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, done } from './access-client.ts';
import { type GateWorld, gateWorld, type WorldState } from './gate-world.ts';

let world: GateWorld;
before(async () => {
  world = await gateWorld();
  await done(world.server, 'PUT', '/organisations/shop/grants/publisher', { role: 'publisher' });
  await world.policy(['pull', 'deploy', 'run']);
});
after(() => world[Symbol.asyncDispose]());

const stageOf = async (state: WorldState) =>
  done<{ stage: string; waitsFor: { rule: string }[] }>(
    world.server,
    'GET',
    `/repositories/shop%2F${state}/images/1.0/stage`,
    undefined,
    'publisher',
  );

const promote = (state: WorldState, to: string, tag: string, reason = 'passed the tests') =>
  api<{ digest: string; previous?: string; detail?: string; verdicts: { gate: string }[] }>(
    world.server,
    'POST',
    `/repositories/shop%2F${state}/images/1.0/promotions`,
    { repository: to, tag, reason },
    'publisher',
  );

test('the stage of an image follows from what is known and what rules', async () => {
  const expected: Partial<Record<WorldState, string>> = {
    good: 'released',
    pair: 'released',
    plain: 'scanned',
    stolen: 'signed',
    vulnerable: 'signed',
    fresh: 'pushed',
    held: 'held',
    halfbad: 'signed',
  };
  for (const [state, stage] of Object.entries(expected)) {
    const found = await stageOf(state as WorldState);
    assert.equal(found.stage, stage, state);
    assert.equal(found.waitsFor.length === 0, stage === 'released', state);
  }
});

test('what the policies of its goal refuse is not brought there, and says why', async () => {
  for (const [state, rule] of [
    ['plain', 'signed'],
    ['vulnerable', 'vulnerabilities'],
    ['held', 'held'],
    ['fresh', 'vulnerabilities'],
  ] as const) {
    const refused = await promote(state, 'shop/production', '1.0');
    assert.equal(refused.status, 403, state);
    assert.match(refused.value.detail ?? '', new RegExp(`^shop/production:1\\.0 at pull: .*rule ${rule}:`));
  }
  assert.equal((await api(world.server, 'GET', '/repositories/shop%2Fproduction/tags')).status, 404);
});

test('a good image goes on with its bytes, its blobs and the words of the rules; one step leads back', async () => {
  const first = await promote('good', 'shop/production', '1.0');
  assert.equal(first.status, 201, first.text);
  assert.equal(first.value.digest, world.images.good.digest);
  assert.deepEqual(
    first.value.verdicts.map(({ gate }) => gate),
    ['pull', 'deploy', 'run'],
  );
  const blob = await world.server.fetch(`/api/v1/repositories/shop%2Fproduction/images/1.0`);
  assert.equal(blob.status, 200);
  const index = await promote('pair', 'shop/production', '1.0', 'two platforms');
  assert.equal(index.status, 201, index.text);
  assert.equal(index.value.previous, world.images.good.digest);
  const { items } = await done<{ items: { type: string; data: Record<string, unknown> }[] }>(
    world.server,
    'GET',
    '/events?limit=20',
  );
  const event = items.find(({ type }) => type === 'dev.assay.image.promoted.v1');
  assert.equal(event?.data['from'], 'shop/pair:1.0');
  assert.equal(event.data['reason'], 'two platforms');
  // The rules of production ask for a signature of its own name, so that the way back is barred until it has one.
  const path = '/repositories/shop%2Fproduction/tags/1.0/roll-back';
  const barred = await api(world.server, 'POST', path, { reason: 'fails under load' }, 'publisher');
  assert.equal(barred.status, 403);
  const text = 'policy: shop-rules\norganisation: shop\nmode: enforce\nrules:\n  - user: not-root\n';
  await done(world.server, 'PUT', '/policies', { text });
  const back = await done(world.server, 'POST', path, { reason: 'fails under load' }, 'publisher');
  assert.deepEqual(back, { digest: world.images.good.digest, previous: world.images.pair.digest });
  const tag = await done<{ digest: string }>(world.server, 'GET', '/repositories/shop%2Fproduction/images/1.0');
  assert.equal(tag.digest, world.images.good.digest);
});

test('who may only read promotes nothing', async () => {
  const body = { repository: 'shop/production', tag: '2', reason: 'x' };
  const path = '/repositories/shop%2Fgood/images/1.0/promotions';
  assert.equal((await api(world.server, 'POST', path, body, 'reader')).status, 403);
  const back = '/repositories/shop%2Fproduction/tags/1.0/roll-back';
  assert.equal((await api(world.server, 'POST', back, { reason: 'x' }, 'reader')).status, 403);
});
