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
  type ShownRequest,
  shown,
  standing,
  told,
} from './channel-world.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await channelWorld();
  await done(server, 'PUT', '/channels', { text: appChannel() }, 'owen');
});
after(() => server[Symbol.asyncDispose]());

/** An image that is in staging by promotion. */
async function staged(name: string, tag = '1'): Promise<string> {
  const digest = await pushed(server, `shop/intake/${name}`, tag);
  const asked = await ask(server, `shop/intake/${name}:${tag}`);
  assert.equal(asked.status, 201, asked.text);
  assert.equal(asked.value.state, 'promoted', asked.text);
  return digest;
}

test('with nothing to wait for a request is carried out at once, with evidence', async () => {
  const digest = await staged('plain');
  assert.equal(await standing(server, 'shop/staging/plain:1'), digest);
  const { items } = await done<{ items: ShownRequest[] }>(
    server,
    'GET',
    '/promotions?repository=shop%2Fstaging%2Fplain',
    undefined,
    'dev',
  );
  assert.equal(items.length, 1);
  const found = await shown(server, items[0]!.id);
  assert.equal(found.evidence?.verdicts.length, 3);
  assert.equal(await told(server, 'image.promoted', 'shop/staging/plain:1'), 1);
});

test('two of the team approve, and the image goes on; who asks does not count', async () => {
  const digest = await staged('app');
  const asked = await ask(server, 'shop/staging/app:1', 'ann');
  assert.equal(asked.value.state, 'open', asked.text);
  const { id } = asked.value;
  assert.match((await approve(server, id, 'ann')).text, /who asks does not approve/);
  assert.match((await approve(server, id, 'dev2')).text, /none of those who approve/);
  const first = await approve(server, id, 'bob');
  assert.equal(first.value.state, 'open', first.text);
  assert.equal((await approve(server, id, 'bob')).status, 409, 'once each');
  assert.equal(await standing(server, 'shop/production/app:1'), '404');
  const second = await approve(server, id, 'cid');
  assert.equal(second.value.state, 'promoted', second.text);
  assert.equal(await standing(server, 'shop/production/app:1'), digest);
  assert.deepEqual(
    second.value.evidence?.approvals.map(({ account }) => account),
    ['bob', 'cid'],
  );
  const audit = await done<{ items: { action: string; actor: string }[] }>(server, 'GET', '/audit?limit=200');
  for (const action of ['promotion.requested', 'promotion.approved', 'image.promoted'])
    assert.ok(
      audit.items.some((each) => each.action === action),
      action,
    );
  const notices = await done<{ items: { subject: string }[] }>(server, 'GET', '/me/notices', undefined, 'bob');
  assert.ok(notices.items.some(({ subject }) => /ann asks to promote shop\/staging\/app:1/.test(subject)));
});

test('two approvers at the same moment make one promotion', async () => {
  await staged('race');
  const { id } = (await ask(server, 'shop/staging/race:1')).value;
  const answers = await Promise.all(['ann', 'bob', 'cid'].map((who) => approve(server, id, who)));
  for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
  assert.equal((await shown(server, id)).state, 'promoted');
  assert.equal(await told(server, 'image.promoted', 'shop/production/race:1'), 1);
});

test('the digest is that of the asking, whatever the tag names later', async () => {
  const digest = await staged('moved');
  const { id } = (await ask(server, 'shop/staging/moved:1')).value;
  const newer = await staged('moved');
  assert.notEqual(newer, digest);
  for (const who of ['ann', 'bob']) await approve(server, id, who);
  assert.equal(await standing(server, 'shop/production/moved:1'), digest);
  const wrong = await ask(server, 'shop/staging/moved:1', 'dev', { digest });
  assert.equal(wrong.status, 409, 'named by a digest that the tag has no more');
});

test('the same request twice is one', async () => {
  await staged('twice');
  const answers = await Promise.all([1, 2, 3].map(() => ask(server, 'shop/staging/twice:1')));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409]);
  const open = answers.find(({ status }) => status === 201)!.value;
  assert.ok(answers.every(({ status, text }) => status === 201 || text.includes(open.id)));
  await api(server, 'POST', `/promotions/${open.id}/rejection`, { reason: 'not now' }, 'dev');
  assert.equal((await ask(server, 'shop/staging/twice:1')).status, 201, 'after it has ended');
});

test('an approval of somebody who left the team counts no more', async () => {
  await staged('left');
  const { id } = (await ask(server, 'shop/staging/left:1')).value;
  await approve(server, id, 'ann');
  await done(server, 'DELETE', '/organisations/shop/teams/release/members/ann');
  const second = await approve(server, id, 'bob');
  assert.equal(second.value.state, 'open', second.text);
  assert.match(second.value.requirements.find(({ kind }) => kind === 'approvals')?.detail ?? '', /: bob$/);
  assert.equal(await standing(server, 'shop/production/left:1'), '404');
  await done(server, 'PUT', '/organisations/shop/teams/release/members/ann');
  const third = await approve(server, id, 'cid');
  assert.equal(third.value.state, 'promoted', third.text);
});

test('who asked and lost the right to push promotes nothing', async () => {
  await staged('lost');
  const { id } = (await ask(server, 'shop/staging/lost:1', 'dev2')).value;
  await approve(server, id, 'ann');
  await done(server, 'PUT', '/organisations/shop/grants/dev2', { role: 'reader' });
  const second = await approve(server, id, 'bob');
  assert.equal(second.value.state, 'open');
  assert.equal(second.value.requirements.find(({ kind }) => kind === 'asker')?.met, false);
  await done(server, 'PUT', '/organisations/shop/grants/dev2', { role: 'publisher' });
});

test('judged anew at the end: what is held meanwhile does not go on', async () => {
  await staged('held');
  const { id, digest } = (await ask(server, 'shop/staging/held:1')).value;
  await approve(server, id, 'ann');
  const path = `/repositories/shop%2Fstaging%2Fheld/images/${encodeURIComponent(digest)}/release`;
  await done(server, 'PUT', path, { state: 'held', reason: 'reported' }, 'owen');
  const second = await approve(server, id, 'bob');
  assert.equal(second.value.state, 'open');
  assert.match(second.value.requirements.find(({ met }) => !met)?.detail ?? '', /^pull: policy quarantine, rule held/);
  await done(server, 'PUT', path, { state: 'released', reason: 'looked at' }, 'owen');
  for (let waited = 0; (await shown(server, id)).state === 'open' && waited < 200; waited++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await shown(server, id)).state, 'promoted', 'a release sets what waited for it going');
});

test('strangers see and do nothing', async () => {
  await staged('secret');
  const { id } = (await ask(server, 'shop/staging/secret:1')).value;
  for (const as of ['rick']) {
    assert.equal((await api(server, 'GET', `/promotions/${id}`, undefined, as)).status, 404);
    assert.equal((await approve(server, id, as)).status, 404);
    assert.equal((await api(server, 'POST', `/promotions/${id}/rejection`, { reason: 'x' }, as)).status, 404);
    assert.equal((await ask(server, 'shop/staging/secret:1', as)).status, 404);
    assert.equal((await done<{ items: unknown[] }>(server, 'GET', '/promotions', undefined, as)).items.length, 0);
    assert.equal((await api(server, 'GET', '/organisations/shop/channels', undefined, as)).status, 404);
    assert.equal((await applyChannel(server, appChannel(), as)).status, 404);
    assert.equal((await api(server, 'DELETE', '/organisations/shop/channels/app', undefined, as)).status, 404);
  }
  assert.equal((await ask(server, 'shop/staging/secret:1', 'rita')).status, 403, 'who only reads asks for nothing');
  assert.equal((await applyChannel(server, appChannel(), 'dev')).status, 403);
  assert.equal((await api(server, 'POST', `/promotions/${id}/rejection`, { reason: 'x' }, 'rita')).status, 403);
});

test('a request that nobody carries out expires; one whose image is gone is void', async () => {
  await staged('late');
  const { id } = (await ask(server, 'shop/staging/late:1')).value;
  const database = new DatabaseSync(join(server.directory, 'assay.sqlite'));
  database.prepare('update promotion_requests set expires_at = 1 where id = ?').run(id);
  database.close();
  assert.equal((await approve(server, id, 'ann')).status, 409);
  await staged('gone');
  const gone = (await ask(server, 'shop/staging/gone:1')).value;
  const path = `/repositories/shop%2Fstaging%2Fgone/images/${encodeURIComponent(gone.digest)}`;
  await done(server, 'DELETE', path);
  await approve(server, gone.id, 'ann');
  const ended = await shown(server, gone.id);
  assert.deepEqual([ended.state, ended.note], ['void', `${gone.digest} is not in shop/staging/gone any more`]);
  assert.equal((await shown(server, id)).state, 'expired');
});

test('one step leads back, once, for those who approve', async () => {
  const older = await staged('back');
  const go = async () => {
    const { id } = (await ask(server, 'shop/staging/back:1')).value;
    for (const who of ['ann', 'bob']) await approve(server, id, who);
    return id;
  };
  await go();
  const newer = await staged('back');
  const last = await go();
  assert.equal(await standing(server, 'shop/production/back:1'), newer);
  const path = '/repositories/shop%2Fproduction%2Fback/tags/1/roll-back';
  assert.equal(
    (await api(server, 'POST', path, { reason: 'x' }, 'dev')).status,
    403,
    'a publisher approves nothing there',
  );
  assert.deepEqual(await done(server, 'POST', path, { reason: 'fails' }, 'bob'), { digest: older, previous: newer });
  assert.equal(await standing(server, 'shop/production/back:1'), older);
  assert.equal((await api(server, 'POST', path, { reason: 'fails' }, 'bob')).status, 404, 'one step');
  assert.ok('rolledBackAt' in (await shown(server, last)));
});
