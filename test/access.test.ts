import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { addPerson, api, askToken, done, PASSWORD } from './access-client.ts';
import {
  bytes,
  call,
  codes,
  digest,
  imageManifest,
  pushBlob,
  putManifest,
  types,
} from './conformance/registry-client.ts';
import { basic, startServer, type TestServer } from './server.ts';

let server: TestServer;
let manifest: Buffer;
let layer: string;

before(async () => {
  server = await startServer();
  manifest = await imageManifest(server, 'shop/app');
  layer = (JSON.parse(manifest.toString()) as { layers: { digest: string }[] }).layers[0]!.digest;
  await putManifest(server, 'shop/app', '1', manifest);
  await putManifest(server, 'shop/other', '1', await imageManifest(server, 'shop/other'));
});
after(() => server[Symbol.asyncDispose]());

const as = (name: string) => basic(name, PASSWORD);

describe('roles', () => {
  test('a signer’s token carries push and pushes no image', async () => {
    await addPerson(server, 'sig');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/sig', { role: 'signer' });
    const { scope, bearer } = await askToken(server, as('sig'), 'repository:shop/app:pull,push');
    assert.equal(scope, 'repository:shop/app:pull,push');
    assert.equal((await call(server, 'GET', '/v2/shop/app/manifests/1', { as: bearer })).status, 200);
    for (const authorisation of [bearer, as('sig')])
      for (const [method, path] of [
        ['POST', '/v2/shop/app/blobs/uploads/'],
        ['PUT', '/v2/shop/app/manifests/2'],
        ['DELETE', '/v2/shop/app/manifests/1'],
      ] as const) {
        const answer = await call(server, method, path, {
          as: authorisation,
          body: manifest,
          headers: { 'Content-Type': types.manifest },
        });
        assert.ok([401, 403].includes(answer.status), `${method} ${path}: ${answer.status}`);
      }
    const { rights } = await done<{ rights: string[] }>(server, 'GET', '/repositories/shop%2Fapp', undefined, 'sig');
    assert.deepEqual(rights, ['pull', 'sign', 'inspect']);
  });

  test('nobody gives, changes or takes what they do not hold', async () => {
    await addPerson(server, 'maint', 'chief', 'plain');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/maint', { role: 'maintainer' });
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/chief', { role: 'owner' });
    const grant = (who: string, role: string, by: string) =>
      api(server, 'PUT', `/repositories/shop%2Fapp/grants/${who}`, { role }, by);
    assert.equal((await grant('maint', 'owner', 'maint')).status, 403, 'raises itself');
    assert.equal((await grant('plain', 'auditor', 'maint')).status, 403, 'hands out what it lacks');
    assert.equal((await grant('chief', 'reader', 'maint')).status, 403, 'lowers an owner');
    assert.equal(
      (await api(server, 'DELETE', '/repositories/shop%2Fapp/grants/chief', undefined, 'maint')).status,
      403,
      'removes an owner',
    );
    assert.equal((await grant('plain', 'publisher', 'maint')).status, 204);
    assert.equal((await grant('plain', 'no-such-role', 'maint')).status, 404);
  });

  test('an organisation’s own role gives what it says, changes for all who hold it, and never administers', async () => {
    await addPerson(server, 'ops');
    const put = (actions: string[]) => api(server, 'PUT', '/organisations/shop/roles/cleaner', { actions });
    assert.equal((await put(['pull', 'administer'])).status, 400);
    assert.equal((await api(server, 'PUT', '/organisations/shop/roles/owner', { actions: ['pull'] })).status, 400);
    assert.equal((await put(['pull', 'delete'])).status, 204);
    await done(server, 'PUT', '/organisations/shop/grants/ops', { role: 'cleaner' });
    const rights = async () =>
      (await done<{ rights: string[] }>(server, 'GET', '/repositories/shop%2Fapp', undefined, 'ops')).rights;
    assert.deepEqual(await rights(), ['pull', 'delete']);
    await done(server, 'PUT', '/organisations/shop/roles/cleaner', { actions: ['pull'] });
    assert.deepEqual(await rights(), ['pull']);
    assert.equal((await api(server, 'DELETE', '/organisations/shop/roles/cleaner')).status, 409, 'somebody holds it');
    await done(server, 'DELETE', '/organisations/shop/grants/ops');
    await done(server, 'DELETE', '/organisations/shop/roles/cleaner');
  });

  test('a team’s role is its members’, until they leave', async () => {
    await addPerson(server, 'tess');
    await done(server, 'POST', '/organisations/shop/teams', { name: 'qa' });
    await done(server, 'PUT', '/organisations/shop/teams/qa/members/tess');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/team:qa', { role: 'reader' });
    const { bearer } = await askToken(server, as('tess'), 'repository:shop/app:pull');
    const pull = () => call(server, 'GET', '/v2/shop/app/manifests/1', { as: bearer });
    assert.equal((await pull()).status, 200);
    const elsewhere = await api(server, 'PUT', '/organisations/library/grants/team:qa', { role: 'reader' });
    assert.equal(elsewhere.status, 404, 'a team is of one organisation');
    await done(server, 'DELETE', '/organisations/shop/teams/qa/members/tess');
    assert.equal((await pull()).status, 404, 'the same token no longer shows it');
    assert.equal((await askToken(server, as('tess'), 'repository:shop/app:pull')).scope, '');
  });
});

describe('robots and limited tokens', () => {
  interface Made {
    readonly secret: string;
    readonly token: { readonly id: string };
  }

  test('a robot signs in with its token, within its roles and the token’s limits', async () => {
    await done(server, 'POST', '/organisations/shop/robots', { name: 'ci' });
    await done(server, 'PUT', '/organisations/shop/grants/shop+ci', { role: 'publisher' });
    const wide = await done<Made>(server, 'POST', '/organisations/shop/robots/ci/tokens', { name: 'wide' });
    assert.match(wide.secret, /^asy_bot_[A-Za-z0-9_-]{43}$/);
    const narrow = await done<Made>(server, 'POST', '/organisations/shop/robots/ci/tokens', {
      name: 'narrow',
      days: 1,
      limits: [{ repository: 'shop/app', actions: ['pull', 'push'] }],
    });
    const scope = 'repository:shop/app:pull,push repository:shop/other:pull';
    assert.equal(
      (await askToken(server, basic('shop+ci', wide.secret), scope)).scope,
      'repository:shop/app:pull,push repository:shop/other:pull',
    );
    const limited = await askToken(server, basic('shop+ci', narrow.secret), scope);
    assert.equal(limited.scope, 'repository:shop/app:pull,push');
    // A mount looks at the rights of the account for its source; the limits of the token hold there too.
    const other = await pushBlob(server, 'shop/other', bytes(50));
    for (const authorisation of [limited.bearer, basic('shop+ci', narrow.secret)]) {
      for (const query of [`mount=${other}&from=shop/other`, `mount=${other}`])
        assert.equal(
          (await call(server, 'POST', `/v2/shop/app/blobs/uploads/?${query}`, { as: authorisation })).status,
          202,
        );
      assert.equal((await call(server, 'HEAD', `/v2/shop/app/blobs/${other}`, { as: authorisation })).status, 404);
    }
    for (const path of ['/v2/shop/other/manifests/1', '/v2/shop/new/tags/list'])
      assert.notEqual((await call(server, 'GET', path, { as: basic('shop+ci', narrow.secret) })).status, 200);
    const create = await call(server, 'POST', '/v2/shop/new/blobs/uploads/', { as: basic('shop+ci', narrow.secret) });
    assert.equal(create.status, 403, 'a limited token makes no repository outside its limits');
    const names = await server.fetch('/v2/_catalog', { as: basic('shop+ci', narrow.secret) });
    assert.deepEqual(((await names.json()) as { repositories: string[] }).repositories, ['shop/app']);

    await done(server, 'DELETE', `/organisations/shop/robots/ci/tokens/${narrow.token.id}`);
    assert.equal(
      (await call(server, 'GET', '/v2/shop/app/manifests/1', { as: limited.bearer })).status,
      401,
      'what was got with a revoked token ends with it',
    );
    assert.equal((await askToken(server, basic('shop+ci', wide.secret), scope)).status, 200);
  });

  test('a robot has no password, no console and makes no tokens', async () => {
    const session = await server.fetch('/api/v1/session', {
      method: 'POST',
      as: null,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'shop+ci', password: '' }),
    });
    assert.equal(session.status, 401);
    const { secret } = await done<Made>(server, 'POST', '/organisations/shop/robots/ci/tokens', { name: 'x' });
    for (const [method, path, body] of [
      ['POST', '/me/tokens', { name: 'more' }],
      ['PUT', '/me/password', { current: '', password: 'a-new-password-1' }],
    ] as const)
      assert.equal((await api(server, method, path, body, basic('shop+ci', secret))).status, 403, path);
    assert.equal((await askToken(server, basic('admin', secret), 'repository:shop/app:pull')).status, 401);
  });

  test('a limited personal token of an administrator administers nothing', async () => {
    const made = await done<Made>(server, 'POST', '/me/tokens', {
      name: 'narrow',
      limits: [{ organisation: 'shop', actions: ['pull'] }],
    });
    const narrow = basic('admin', made.secret);
    for (const [method, path, body] of [
      ['GET', '/accounts', undefined],
      ['POST', '/me/tokens', { name: 'wide' }],
      ['DELETE', `/me/tokens/${made.token.id}`, undefined],
      ['PUT', '/organisations/shop/grants/maint', { role: 'owner' }],
      ['POST', '/organisations', { name: 'mine' }],
      ['PATCH', '/repositories/shop%2Fapp', { visibility: 'public' }],
    ] as const)
      assert.ok([403, 404].includes((await api(server, method, path, body, narrow)).status), path);
    assert.equal((await call(server, 'GET', '/v2/shop/app/manifests/1', { as: narrow })).status, 200);
    assert.equal((await call(server, 'POST', '/v2/elsewhere/x/blobs/uploads/', { as: narrow })).status, 403);
    const bad = await api(server, 'POST', '/me/tokens', { name: 'bad', limits: [{ actions: ['pull'] }] });
    assert.equal(bad.status, 400);
  });
});

describe('tag rules', () => {
  test('an immutable tag is neither moved nor deleted, by nobody, until the rule is lifted', async () => {
    await putManifest(server, 'shop/app', 'v1', manifest);
    const rule = await done<{ id: string }>(server, 'POST', '/repositories/shop%2Fapp/tag-rules', {
      kind: 'immutable',
      pattern: 'v*',
    });
    const next = await imageManifest(server, 'shop/app');
    const moved = await putManifest(server, 'shop/app', 'v1', next);
    assert.deepEqual([moved.status, codes(moved)], [409, ['TAG_IMMUTABLE']]);
    assert.equal((await putManifest(server, 'shop/app', `${digest(next)}?tag=v1`, next)).status, 409);
    assert.equal((await putManifest(server, 'shop/app', 'v1', manifest)).status, 201, 'the same again is no change');
    assert.equal((await putManifest(server, 'shop/app', 'v2', next)).status, 201);
    assert.equal((await call(server, 'DELETE', '/v2/shop/app/manifests/v1')).status, 409);
    assert.equal((await call(server, 'DELETE', `/v2/shop/app/manifests/${digest(manifest)}`)).status, 409);
    assert.equal((await api(server, 'DELETE', '/repositories/shop%2Fapp')).status, 409);
    await done(server, 'DELETE', `/repositories/shop%2Fapp/tag-rules/${rule.id}`);
    assert.equal((await putManifest(server, 'shop/app', 'v1', next)).status, 201);
  });

  test('of pushes that race for one immutable tag, one wins', async () => {
    await done(server, 'POST', '/repositories/shop%2Fapp/tag-rules', { kind: 'immutable', pattern: 'race' });
    const manifests = await Promise.all(Array.from({ length: 6 }, () => imageManifest(server, 'shop/app')));
    const answers = await Promise.all(manifests.map((each) => putManifest(server, 'shop/app', 'race', each)));
    assert.deepEqual(answers.map((each) => each.status).sort(), [201, 409, 409, 409, 409, 409]);
  });

  test('a protected tag is set by maintainers only', async () => {
    await addPerson(server, 'pub');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/pub', { role: 'publisher' });
    await done(server, 'POST', '/repositories/shop%2Fapp/tag-rules', { kind: 'protected', pattern: 'prod' });
    const put = (who: string, tag: string) =>
      call(server, 'PUT', `/v2/shop/app/manifests/${tag}`, {
        as: as(who),
        body: manifest,
        headers: { 'Content-Type': types.manifest },
      });
    const refused = await put('pub', 'prod');
    assert.deepEqual([refused.status, codes(refused)], [403, ['TAG_PROTECTED']]);
    assert.equal((await put('pub', 'dev')).status, 201);
    assert.equal((await put('maint', 'prod')).status, 201);
  });
});

describe('quotas', () => {
  test('counters follow what is stored; what does not fit is refused with the figures', async () => {
    await done(server, 'POST', '/organisations', { name: 'small' });
    const used = async () => (await done<{ usedBytes: number }>(server, 'GET', '/organisations/small')).usedBytes;
    const first = await pushBlob(server, 'small/a', bytes(600));
    await pushBlob(server, 'small/b', bytes(400));
    assert.equal(await used(), 1000);
    const mount = await call(server, 'POST', `/v2/small/b/blobs/uploads/?mount=${first}&from=small/a`);
    assert.equal(mount.status, 201);
    assert.equal(await used(), 1600, 'a blob counts once in each repository');
    await done(server, 'PATCH', '/organisations/small', { maxBytes: 2000 });
    const over = bytes(500);
    const refused = await call(server, 'POST', `/v2/small/a/blobs/uploads/?digest=${digest(over)}`, {
      body: over,
      headers: { 'Content-Type': 'application/octet-stream' },
    });
    assert.deepEqual([refused.status, codes(refused)], [403, ['QUOTA_EXCEEDED']]);
    assert.match(refused.body.toString(), /stores 1600 of at most 2000 bytes; 500 more do not fit/);
    const { items } = await done<{ items: { type: string; data: unknown }[] }>(server, 'GET', '/events?limit=20');
    const [full] = items.filter(({ type }) => type === 'dev.assay.quota.exceeded.v1');
    assert.deepEqual(full?.data, { used: 1600, limit: 2000 });
    await done(server, 'DELETE', '/repositories/small%2Fb');
    assert.equal(await used(), 600);
    await pushBlob(server, 'small/a', over);
    await addPerson(server, 'boss');
    await done(server, 'PUT', '/organisations/small/grants/boss', { role: 'owner' });
    assert.equal(
      (await api(server, 'PATCH', '/organisations/small', { maxBytes: null }, 'boss')).status,
      403,
      'an owner does not lift the limit',
    );
  });
});

describe('why', () => {
  interface Why {
    readonly allowed: boolean;
    readonly answer: string;
    readonly cure?: string;
    readonly reasons: { readonly because: string }[];
  }

  test('the answer names the role, the team, the limit, or what is missing', async () => {
    await addPerson(server, 'wendy');
    const ask = (query: string, who: string) => done<Why>(server, 'GET', `/access/why?${query}`, undefined, who);
    const before = await ask('repository=shop/app&action=push', 'wendy');
    const absent = await ask('repository=shop/zzz&action=push', 'wendy');
    assert.equal(before.allowed, false);
    assert.equal(
      JSON.stringify(before).replaceAll('shop/app', 'X'),
      JSON.stringify(absent).replaceAll('shop/zzz', 'X'),
    );
    await done(server, 'PUT', '/organisations/shop/teams/qa/members/wendy');
    const reads = await ask('repository=shop/app&action=pull', 'wendy');
    assert.equal(reads.allowed, true);
    assert.match(reads.answer, /the role reader on shop\/app, through the team qa/);
    const pushes = await ask('repository=shop/app&action=push', 'wendy');
    assert.match(pushes.answer, /you may not push shop\/app: no role of yours there covers push/);
    assert.match(pushes.cure ?? '', /the role publisher/);
    const ofOther = await done<Why>(
      server,
      'GET',
      '/access/why?repository=shop/app&action=pull&account=wendy',
      undefined,
      'maint',
    );
    assert.equal(ofOther.allowed, true);
    assert.equal(
      (await api(server, 'GET', '/access/why?repository=shop/app&account=maint', undefined, 'wendy')).status,
      403,
    );
  });

  test('what a token request asked for and did not get is kept with its reason', async () => {
    await askToken(server, as('wendy'), 'repository:shop/app:pull,push');
    await askToken(server, as('wendy'), 'repository:shop/app:pull,push');
    const { items } = await done<{ items: { scope: string; given: string[]; dropped: string[]; why: string }[] }>(
      server,
      'GET',
      '/access/dropped',
      undefined,
      'wendy',
    );
    assert.equal(items.length, 1, 'the same question is kept once');
    assert.deepEqual([items[0]?.given, items[0]?.dropped], [['pull'], ['push']]);
    assert.match(items[0]?.why ?? '', /wendy may not push shop\/app|you may not push shop\/app/);
  });
});

test('a disabled account is nobody at once and comes back when it is enabled', async () => {
  await addPerson(server, 'dora');
  await done(server, 'PUT', '/repositories/shop%2Fapp/grants/dora', { role: 'reader' });
  const { bearer } = await askToken(server, as('dora'), 'repository:shop/app:pull');
  await done(server, 'PATCH', '/accounts/dora', { disabled: true });
  for (const authorisation of [bearer, as('dora')])
    assert.equal((await call(server, 'GET', `/v2/shop/app/blobs/${layer}`, { as: authorisation })).status, 401);
  await done(server, 'PATCH', '/accounts/dora', { disabled: false });
  assert.equal((await call(server, 'GET', `/v2/shop/app/blobs/${layer}`, { as: as('dora') })).status, 200);
  assert.equal((await api(server, 'PATCH', '/accounts/admin', { disabled: true })).status, 403);
  assert.equal((await api(server, 'PATCH', '/accounts/dora', { disabled: true, root: true })).status, 400);
});
