import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import {
  api,
  done,
  appChannel,
  applyChannel,
  approve,
  ask,
  channelWorld,
  pushed,
  shown,
  standing,
} from './channel-world.ts';
import { bytes, call, digest, imageManifest, putManifest } from './conformance/registry-client.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await channelWorld();
});
after(() => server[Symbol.asyncDispose]());

const words =
  /shop\/production\/app(?::1)? is in the stage production of the channel app, where images come by promotion only; push to the stage intake, then: assay channel request shop\/staging\/app:/;

test('no push of anybody reaches a stage of promotions, by whichever way', async () => {
  await pushed(server, 'shop/production/app', '0');
  const manifest = await imageManifest(server, 'shop/production/app');
  await pushed(server, 'shop/intake/app', '1');
  await done(server, 'PUT', '/channels', { text: appChannel() }, 'owen');
  const { layers } = JSON.parse(manifest.toString()) as { layers: { digest: string }[] };
  const layer = layers[0]!.digest;
  const refused = (answer: { status: number; body: Buffer }, way: string) => {
    assert.equal(answer.status, 403, `${way}: ${answer.body.toString()}`);
    assert.match(answer.body.toString(), words, way);
  };
  // The administrator, whom nothing else keeps out.
  refused(await putManifest(server, 'shop/production/app', '1', manifest), 'manifest by tag');
  refused(await putManifest(server, 'shop/production/app', digest(manifest), manifest), 'manifest by digest');
  refused(
    await putManifest(server, 'shop/production/app', `${digest(manifest)}?tag=1`, manifest),
    'tags beside a digest',
  );
  const uploads = '/v2/shop/production/app/blobs/uploads/';
  refused(await call(server, 'POST', uploads), 'upload');
  refused(await call(server, 'POST', `${uploads}?mount=${layer}&from=shop/intake/app`), 'mount');
  refused(await call(server, 'POST', `${uploads}?mount=${layer}`), 'mount from anywhere');
  refused(await call(server, 'POST', `${uploads}?digest=${digest(bytes(3))}`, { body: bytes(3) }), 'whole blob');
  const rename = (from: string, name: string) =>
    api<{ detail: string }>(server, 'POST', `/repositories/${encodeURIComponent(from)}/rename`, { name });
  await pushed(server, 'shop/other', '1');
  for (const [from, to] of [
    ['shop/other', 'shop/production/new'],
    ['shop/production/app', 'shop/other-new'],
  ] as const) {
    const { status, value } = await rename(from, to);
    assert.equal(status, 403, JSON.stringify(value));
    assert.match(value.detail, /is in the stage production of the channel app; a repository is renamed neither into/);
  }
  const path = '/repositories/shop%2Fother/images/1/promotions';
  const copy = await api(server, 'POST', path, { repository: 'shop/production/other', tag: '1', reason: 'x' });
  assert.equal(copy.status, 404, copy.text);
  assert.match(copy.text, /shop\/other:1 is in no stage that leads on to another/);
  const skip = await api(server, 'POST', '/repositories/shop%2Fintake%2Fapp/images/1/promotions', {
    repository: 'shop/production/app',
    tag: '1',
    reason: 'skips a stage',
  });
  assert.match(skip.text, /is not in the next stage: from here it is staging \(app\)/);
  assert.equal(await standing(server, 'shop/production/app:1'), '404');
});

test('who may not push is told only that', async () => {
  const stranger = await call(server, 'POST', '/v2/shop/production/app/blobs/uploads/', {
    as: `Basic ${Buffer.from('rick:a-long-password-7').toString('base64')}`,
  });
  assert.ok(!/channel/.test(stranger.body.toString()), stranger.body.toString());
});

test('stages of tags keep only their tags', async () => {
  const text = [
    'channel: tags',
    'organisation: shop',
    'stages:',
    '  - { stage: candidate, repository: shop/tool, tag: "*-rc" }',
    '  - { stage: release, repository: shop/tool, tag: "v*.0", promotion: {} }',
  ].join('\n');
  assert.equal((await applyChannel(server, text)).status, 200);
  const raw = await imageManifest(server, 'shop/tool');
  assert.equal((await putManifest(server, 'shop/tool', '1-rc', raw)).status, 201);
  assert.equal((await putManifest(server, 'shop/tool', 'latest', raw)).status, 201);
  assert.equal((await putManifest(server, 'shop/tool', 'v1.0', raw)).status, 403);
  const asked = await ask(server, 'shop/tool:1-rc');
  assert.deepEqual(
    [asked.value.state, asked.value.to],
    ['promoted', { repository: 'shop/tool', tag: 'v1.0' }],
    asked.text,
  );
  assert.equal(await standing(server, 'shop/tool:v1.0'), digest(raw));
});

test('overlapping stages and circles are refused with their place', async () => {
  const define = (name: string, first: string, second: string) =>
    applyChannel(
      server,
      `channel: ${name}\norganisation: shop\nstages:\n  - stage: a\n    repository: ${first}\n  - stage: b\n    repository: ${second}\n    promotion: {}\n`,
    );
  const within = await define('over', 'shop/over/*', 'shop/over/**');
  assert.deepEqual(
    [within.status, within.value.detail],
    [422, 'line 7, column 17: shop/over/** overlaps the stage a before it'],
  );
  const across = await define('over', 'shop/over', 'shop/*/app');
  assert.match(
    across.value.detail ?? '',
    /^line 7, column 17: shop\/\*\/app overlaps the stage (?:staging|production) of the channel app/,
  );
  const circle = await define('over', 'shop/production/**', 'shop/intake/x');
  assert.match(circle.value.detail ?? '', /^line 5, column 17: promotions would go in a circle: over → app → over/);
});

test('a changed definition is another version, and what was asked under the old one is void', async () => {
  await pushed(server, 'shop/intake/version', '1');
  assert.equal((await ask(server, 'shop/intake/version:1')).value.state, 'promoted');
  const { id } = (await ask(server, 'shop/staging/version:1')).value;
  await approve(server, id, 'ann');
  const same = await applyChannel(server, appChannel());
  assert.deepEqual([same.value.changed, same.value.version], [false, 1]);
  assert.equal((await shown(server, id)).state, 'open');
  const changed = await applyChannel(server, appChannel('approvals: [{ count: 1, by: [team:release] }]'));
  assert.deepEqual([changed.value.changed, changed.value.version], [true, 2]);
  const ended = await shown(server, id);
  assert.deepEqual([ended.state, ended.note], ['void', 'the definition of the channel was changed']);
  assert.equal((await approve(server, id, 'bob')).status, 409);
  assert.equal(await standing(server, 'shop/production/version:1'), '404', 'the approval of before counts for nothing');
});

test('the least age counts from when the image came to the stage before', async () => {
  await applyChannel(server, appChannel('minimumAge: 24h'));
  await pushed(server, 'shop/intake/aged', '1');
  await ask(server, 'shop/intake/aged:1');
  const asked = await ask(server, 'shop/staging/aged:1');
  assert.equal(asked.value.state, 'open', asked.text);
  assert.match(
    asked.value.requirements.find(({ kind }) => kind === 'age')?.detail ?? '',
    /^24 hours in the stage before: until /,
  );
  const now = await api(server, 'POST', '/repositories/shop%2Fstaging%2Faged/images/1/promotions', {
    repository: 'shop/production/aged',
    tag: '2',
    reason: 'now or not at all',
  });
  assert.equal(now.status, 409, now.text);
  assert.match(now.text, /"code":"promotion-waits"/);
  const database = new DatabaseSync(join(server.directory, 'assay.sqlite'));
  database
    .prepare(
      "update tag_changes set changed_at = changed_at - 90000000 where repository_id in (select id from repositories where name = 'shop/staging/aged')",
    )
    .run();
  database.close();
  const again = await api(server, 'POST', '/repositories/shop%2Fstaging%2Faged/images/1/promotions', {
    repository: 'shop/production/aged',
    tag: '2',
    reason: 'old enough',
  });
  assert.equal(again.status, 201, again.text);
});

test('an automatic stage takes what arrives, the newest', async () => {
  await applyChannel(server, appChannel('start: automatic', 'start: automatic'));
  const first = await pushed(server, 'shop/intake/auto', '1');
  const reaches = async (wanted: string) => {
    for (let waited = 0; (await standing(server, 'shop/production/auto:1')) !== wanted && waited < 200; waited++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await standing(server, 'shop/production/auto:1'), wanted);
  };
  await reaches(first);
  await reaches(await pushed(server, 'shop/intake/auto', '1'));
});
