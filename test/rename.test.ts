import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { craft, newRoles, publish, rootOf, target, targetsOf } from './notary-craft.ts';
import { pushImageOf } from './image-pusher.ts';
import { tarOf } from './archives.ts';
import { basic, startServer, type TestServer } from './server.ts';

const PASSWORD = 'a-long-password-7';
let server: TestServer;
let digest: string;
before(async () => {
  server = await startServer();
  digest = (await pushImageOf(server, 'shop/app', [tarOf([{ path: 'a', content: Buffer.from('a') }])], {}, '1')).digest;
  for (const name of ['reader', 'stranger', 'maintainer'])
    await admin('POST', '/api/v1/accounts', { name, password: PASSWORD });
  await admin('PUT', '/api/v1/repositories/shop%2Fapp/grants/reader', { role: 'reader' });
  await admin('PUT', '/api/v1/organisations/shop/grants/maintainer', { role: 'maintainer' });
});
after(() => server[Symbol.asyncDispose]());

async function call(method: string, path: string, body?: unknown, as?: string | null) {
  const answer = await server.fetch(path, {
    method,
    ...(as !== undefined && { as }),
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

async function admin(method: string, path: string, body: unknown): Promise<void> {
  const { status, text } = await call(method, path, body);
  assert.ok(status < 300, `${path}: ${text}`);
}

function rename(from: string, name: string, more: Record<string, unknown> = {}, as?: string) {
  return call('POST', `/api/v1/repositories/${encodeURIComponent(from)}/rename`, { name, ...more }, as);
}

/** A bearer token as docker asks for one. */
async function bearer(scope: string, person: string): Promise<string> {
  const answer = await server.fetch(`/token?service=x&scope=${encodeURIComponent(scope)}`, {
    as: basic(person, PASSWORD),
  });
  return `Bearer ${((await answer.json()) as { token: string }).token}`;
}

describe('a repository with another name', () => {
  test('keeps its id and what is in it; the old name is read, by whom it was, and nothing is pushed there', async () => {
    assert.equal((await rename('shop/app', 'shop/web', {}, basic('maintainer', PASSWORD))).json['name'], 'shop/web');
    const manifest = await server.fetch('/v2/shop/web/manifests/1');
    assert.equal(manifest.headers.get('docker-content-digest'), digest);
    for (const as of [basic('reader', PASSWORD), await bearer('repository:shop/app:pull', 'reader')]) {
      const old = await server.fetch('/v2/shop/app/manifests/1', { as });
      assert.equal(old.headers.get('docker-content-digest'), digest);
      const layer = ((await old.json()) as { layers: { digest: string }[] }).layers[0]!.digest;
      assert.equal((await server.fetch(`/v2/shop/app/blobs/${layer}`, { as })).status, 200);
      assert.deepEqual(
        ((await (await server.fetch('/v2/shop/app/tags/list', { as })).json()) as { tags: string[] }).tags,
        ['1'],
      );
    }
    assert.equal((await call('GET', '/api/v1/repositories/shop%2Fapp')).json['name'], 'shop/web');

    const push = await call('POST', '/v2/shop/app/blobs/uploads/');
    assert.equal(push.status, 404);
    assert.match(push.text, /shop\/app is called shop\/web now; push there/);
    assert.equal((await call('POST', '/api/v1/repositories', { name: 'shop/app' })).json['code'], 'name-moved');
    assert.equal((await call('DELETE', '/api/v1/repositories/shop%2Fapp')).status, 404, 'the old name is for reading');
  });

  test('who may not see it is told nothing by the old name either', async () => {
    const stranger = basic('stranger', PASSWORD);
    assert.equal((await server.fetch('/v2/shop/app/manifests/1', { as: stranger })).status, 404);
    assert.equal((await server.fetch('/v2/shop/app/manifests/1', { as: null })).status, 401);
    assert.equal((await call('GET', '/api/v1/repositories/shop%2Fapp', undefined, stranger)).status, 404);
    const push = await call('POST', '/v2/shop/app/blobs/uploads/', undefined, stranger);
    assert.ok(!push.text.includes('shop/web'), push.text);
    const token = await bearer('repository:shop/app:pull,push', 'stranger');
    assert.equal((await server.fetch('/v2/shop/app/manifests/1', { as: token })).status, 401);
  });

  test('names that are taken, elsewhere or not one’s to give are refused; going back is possible', async () => {
    await admin('POST', '/api/v1/repositories', { name: 'shop/other' });
    assert.equal((await rename('shop/web', 'shop/other')).json['code'], 'already-exists');
    assert.equal((await rename('shop/other', 'shop/app')).json['code'], 'already-exists', 'a former name of another');
    assert.equal((await rename('shop/web', 'else/web')).json['code'], 'input-invalid');
    assert.equal((await rename('shop/web', 'shop/Web')).json['code'], 'name-invalid');
    assert.equal((await rename('shop/web', 'shop/x', {}, basic('reader', PASSWORD))).json['code'], 'denied');
    assert.equal((await rename('shop/nothing', 'shop/x')).json['code'], 'name-unknown');
    assert.equal((await rename('shop/web', 'shop/three')).status, 200);
    assert.equal((await server.fetch('/v2/shop/app/manifests/1')).status, 200, 'two names ago');
    assert.equal((await rename('shop/three', 'shop/app')).status, 200);
    assert.equal((await server.fetch('/v2/shop/web/manifests/1')).status, 200);
  });

  test('trust data stays with the signed name, after a second confirmation', async () => {
    const gun = `${server.host}/shop/app`;
    const roles = await newRoles(server, gun);
    const first: [string, Uint8Array][] = [
      ['root', craft(rootOf(roles), roles.root[0]!)],
      ['targets', craft(targetsOf(1, { targets: { 1: target() } }), roles.targets[0]!)],
    ];
    assert.equal((await publish(server, gun, first)).status, 200);
    const asked = await rename('shop/app', 'shop/signed');
    assert.equal(asked.json['code'], 'trust-present');
    assert.match(asked.text, /under the old name for 90 days more/);
    assert.equal((await rename('shop/app', 'shop/signed', { withTrust: true })).status, 200);
    assert.equal((await server.fetch(`/v2/${gun}/_trust/tuf/timestamp.json`)).status, 200, 'by the old name');
    const now = `${server.host}/shop/signed`;
    assert.equal((await server.fetch(`/v2/${now}/_trust/tuf/timestamp.json`)).status, 404);
    const more: [string, Uint8Array][] = [['targets', craft(targetsOf(2), roles.targets[0]!)]];
    const late = await publish(server, gun, more);
    assert.equal(late.status, 404);
    assert.match(late.text, /is called shop\/signed now/);
    const listed = await call('GET', '/api/v1/repositories/shop%2Fsigned/trust');
    assert.ok(listed.text.includes(gun), listed.text);
    await admin('DELETE', '/api/v1/repositories/shop%2Fsigned?withTrust=true', undefined);
    assert.equal((await server.fetch('/v2/shop/app/manifests/1')).status, 404, 'gone by every name');
    await admin('POST', '/api/v1/repositories', { name: 'shop/app' });
  });
});
