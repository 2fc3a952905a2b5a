import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { tarOf } from './archives.ts';
import { answerOf, type PushedImage, pushImageOf } from './image-pusher.ts';
import { basic, startServer, type TestServer } from './server.ts';

const PASSWORD = 'a-long-password-7';

let server: TestServer;
let rooted: PushedImage;
let plain: PushedImage;
before(async () => {
  server = await startServer();
  rooted = await pushImageOf(server, 'shop/rooted', [tarOf([{ path: 'a', content: 'a' }])], {}, 'v1');
  plain = await pushImageOf(
    server,
    'shop/plain',
    [tarOf([{ path: 'b', content: 'b' }])],
    { config: { User: '1000' } },
    'v1',
  );
  for (const name of ['reader', 'publisher', 'owner']) {
    await call('POST', '/api/v1/accounts', { name, password: PASSWORD });
    await call('PUT', `/api/v1/organisations/shop/grants/${name}`, { role: name });
  }
  for (const { path } of [rooted, plain]) await answerOf(server, `${path}/observations`);
});
after(() => server[Symbol.asyncDispose]());

async function call<T>(method: string, path: string, body?: unknown, as?: string): Promise<T> {
  const answer = await server.fetch(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(as !== undefined && { as }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const apply = (text: string) => call('PUT', '/api/v1/policies', { text });

/** A token as docker asks for one, and what the registry answers with it. */
async function pull(name: string, repository: string, reference: string, scope = 'pull', method = 'GET') {
  const query = `service=x&scope=${encodeURIComponent(`repository:${repository}:${scope}`)}`;
  const answer = await server.fetch(`/token?${query}`, { as: basic(name, PASSWORD) });
  const { token } = (await answer.json()) as { token: string };
  const found = await server.fetch(`/v2/${repository}/${reference}`, { as: `Bearer ${token}`, method });
  return { status: found.status, retryAfter: found.headers.get('retry-after'), text: await found.text() };
}

test('without a policy everything is pulled', async () => {
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1')).status, 200);
});

test('an enforced policy refuses what breaks it, in one line with rule, evidence and cure, by tag and digest, HEAD and GET', async () => {
  await apply('policy: not-root\norganisation: shop\nmode: enforce\ngates: [pull]\nrules:\n  - user: not-root\n');
  for (const reference of ['manifests/v1', `manifests/${rooted.digest}`]) {
    const refused = await pull('reader', 'shop/rooted', reference);
    assert.equal(refused.status, 403);
    const [error] = (JSON.parse(refused.text) as { errors: { code: string; message: string }[] }).errors;
    assert.equal(error?.code, 'MANIFEST_UNVERIFIED');
    assert.match(error?.message ?? '', /^policy not-root, rule user: runs as root: no user is set; end the Dockerfile/);
    assert.equal((await pull('reader', 'shop/rooted', reference, 'pull', 'HEAD')).status, 403);
  }
  assert.equal((await pull('reader', 'shop/plain', 'manifests/v1')).status, 200);
});

test('blobs of what is refused do not go out either, not by mounting them elsewhere', async () => {
  const [layer] = rooted.layers;
  assert.equal((await pull('reader', 'shop/rooted', `blobs/${layer}`)).status, 403);
  assert.equal((await pull('reader', 'shop/rooted', `blobs/${layer}`, 'pull', 'HEAD')).status, 403);
  assert.equal((await pull('reader', 'shop/plain', `blobs/${plain.layers[0]}`)).status, 200);
  await call('POST', '/api/v1/accounts', { name: 'mounter', password: PASSWORD });
  await call('PUT', '/api/v1/organisations/shop/grants/mounter', { role: 'reader' });
  await call('POST', '/api/v1/organisations', { name: 'own', description: '' });
  await call('PUT', '/api/v1/organisations/own/grants/mounter', { role: 'owner' });
  for (const from of [`&from=${encodeURIComponent('shop/rooted')}`, '']) {
    const as = basic('mounter', PASSWORD);
    const path = `/v2/own/thing/blobs/uploads/?mount=${layer}${from}`;
    assert.equal((await server.fetch(path, { method: 'POST', as })).status, 202, 'an upload is asked for');
  }
});

test('who may inspect and comes to publish reads it; the same account that comes to pull does not', async () => {
  assert.equal((await pull('publisher', 'shop/rooted', 'manifests/v1', 'pull,push')).status, 200);
  assert.equal((await pull('publisher', 'shop/rooted', 'manifests/v1', 'pull')).status, 403);
  assert.equal((await pull('owner', 'shop/rooted', 'manifests/v1', 'pull')).status, 403);
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1', 'pull,push')).status, 403);
});

test('the decision shows every rule; other policies can be tried', async () => {
  const body = { gate: 'pull', repository: 'shop/rooted', reference: 'v1' };
  const verdict = await call<{ outcome: string; results: { state: string; expression: string }[] }>(
    'POST',
    '/api/v1/decisions',
    body,
  );
  assert.equal(verdict.outcome, 'deny');
  assert.deepEqual(
    verdict.results.map(({ state, expression }) => ({ state, expression })),
    [{ state: 'broken', expression: '!image.root' }],
  );
  const policies = 'policy: tried\nmode: enforce\nrules:\n  - cel: image.size > 1\n';
  assert.equal((await call<{ outcome: string }>('POST', '/api/v1/decisions', { ...body, policies })).outcome, 'allow');
});

test('unsigned, unscanned and not judged are answers of their own', async () => {
  await apply(
    'policy: not-root\norganisation: shop\nmode: enforce\ngates: [pull]\nrules:\n  - signed: true\n  - vulnerabilities: { fixable: true }\n',
  );
  const { text } = await pull('reader', 'shop/plain', 'manifests/v1');
  assert.match(
    text,
    /rule signed: not signed: shop\/plain has no trust data; sign it: assay trust sign shop\/plain:v1 \[and 1 more\]/,
  );
  const verdict = await call<{ results: { rule: string; state: string; statement: string }[] }>(
    'POST',
    '/api/v1/decisions',
    {
      gate: 'pull',
      repository: 'shop/plain',
      reference: 'v1',
    },
  );
  assert.deepEqual(
    verdict.results.map(({ rule, state, statement }) => `${rule} ${state}: ${statement}`),
    [
      'signed broken: not signed: shop/plain has no trust data',
      'vulnerabilities unknown: its vulnerabilities are unknown: no advisories are imported',
    ],
  );
});

test('audit and warn let through; what would have been refused is noted', async () => {
  await apply('policy: not-root\norganisation: shop\nmode: audit\nrules:\n  - user: not-root\n');
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1')).status, 200);
  for (let waited = 0; waited < 5000; waited += 50) {
    const { items } = await call<{ items: { mode: string; actor: string; statement: string }[] }>(
      'GET',
      '/api/v1/denials',
    );
    if (items.some((each) => each.mode === 'audit' && each.actor === 'reader' && each.statement === 'runs as root'))
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('nothing was noted');
});

test('an exception lets one image through until it ends; a hold stops it without any policy', async () => {
  await apply('policy: not-root\norganisation: shop\nmode: enforce\nrules:\n  - user: not-root\n');
  const made = await call<{ id: string }>('POST', '/api/v1/exceptions', {
    organisation: 'shop',
    reason: 'until the base image runs as nobody',
    scope: { repository: 'shop/rooted', digest: rooted.digest, rule: 'user' },
    expiresAt: new Date(Date.now() + 3600_000).toISOString(),
  });
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1')).status, 200);
  await call('DELETE', `/api/v1/exceptions/${made.id}`);
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1')).status, 403);
  await call('DELETE', '/api/v1/policies/not-root?organisation=shop');
  assert.equal((await pull('reader', 'shop/rooted', 'manifests/v1')).status, 200);
  const path = '/api/v1/repositories/shop%2Fplain/images/v1/release';
  await call('PUT', path, { state: 'held', reason: 'found at a customer' });
  const held = await pull('reader', 'shop/plain', 'manifests/v1');
  assert.equal(held.status, 403);
  assert.match(held.text, /policy quarantine, rule held: held back by admin: found at a customer/);
  await call('PUT', path, { state: 'released', reason: 'a false alarm' });
  assert.equal((await pull('reader', 'shop/plain', 'manifests/v1')).status, 200);
});
