import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from '../server.ts';
import { call, header, imageManifest, putManifest } from './registry-client.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
  await putManifest(server, 'team/app', '1', await imageManifest(server, 'team/app'));
});
after(() => server[Symbol.asyncDispose]());

interface Token {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
  readonly scope: string;
  readonly refresh_token?: string;
}

async function byForm(fields: Record<string, string>): Promise<{ status: number; token: Token }> {
  const answer = await call(server, 'POST', '/token', {
    as: null,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  });
  return { status: answer.status, token: JSON.parse(answer.body.toString()) as Token };
}

test('the challenge names realm, service and what the request needs', async () => {
  const cases: [string, string, string | undefined][] = [
    ['GET', '/v2/', undefined],
    ['GET', '/v2/team/app/manifests/1', 'repository:team/app:pull'],
    ['PUT', '/v2/team/app/manifests/1', 'repository:team/app:pull,push'],
    [
      'POST',
      `/v2/team/app/blobs/uploads/?mount=sha256:${'a'.repeat(64)}&from=team/base`,
      'repository:team/app:pull,push repository:team/base:pull',
    ],
    ['DELETE', '/v2/team/app/manifests/1', 'repository:team/app:delete'],
    ['GET', '/v2/_catalog', 'registry:catalog:*'],
  ];
  for (const [method, path, scope] of cases) {
    const answer = await call(server, method, path, { as: null });
    assert.equal(answer.status, 401);
    const wanted = `Bearer realm="${server.url}/token",service="127.0.0.1:0"${scope === undefined ? '' : `,scope="${scope}"`}`;
    assert.equal(header(answer, 'WWW-Authenticate'), wanted);
  }
});

test('GET with Basic, as docker login does it: a refresh token for those who ask offline', async () => {
  const answer = await server.fetch('/token?account=admin&client_id=docker&offline_token=true&service=x');
  const token = (await answer.json()) as Token;
  assert.equal(token.token, token.access_token);
  assert.ok(token.expires_in >= 60);
  assert.ok(Math.abs(Date.parse(token.issued_at) - Date.now()) < 5000);
  assert.match(token.refresh_token ?? '', /^asy_ref_/);
  const renewed = await byForm({
    grant_type: 'refresh_token',
    refresh_token: token.refresh_token ?? '',
    service: 'x',
    client_id: 'docker',
    scope: 'repository:team/app:push,pull',
  });
  assert.equal(renewed.status, 200);
  assert.equal(renewed.token.scope, 'repository:team/app:push,pull');
  assert.equal(
    (await call(server, 'GET', '/v2/team/app/manifests/1', { as: `Bearer ${renewed.token.token}` })).status,
    200,
  );
});

test('POST with a password, several scopes in one parameter, names with a port', async () => {
  const { status, token } = await byForm({
    grant_type: 'password',
    username: 'admin',
    password: ADMIN_PASSWORD,
    service: 'x',
    access_type: 'offline',
    client_id: 'buildkit',
    scope:
      'repository:team/app:pull repository(plugin):team/plug:pull registry:catalog:* repository:127.0.0.1:5000/a/b:pull repository:other.example:5000/a/b:pull nonsense ::',
  });
  assert.equal(status, 200);
  assert.ok(token.refresh_token);
  // Content trust names a repository with our own host and port; another's is none of ours.
  assert.equal(
    token.scope,
    'repository:team/app:pull repository:team/plug:pull registry:catalog:* repository:127.0.0.1:5000/a/b:pull',
  );
});

test('wrong passwords, unknown grants and spent refresh tokens are refused', async () => {
  assert.equal((await byForm({ grant_type: 'password', username: 'admin', password: 'wrong' })).status, 401);
  assert.equal((await byForm({ grant_type: 'refresh_token', refresh_token: 'asy_ref_none' })).status, 401);
  assert.equal((await byForm({ grant_type: 'magic' })).status, 400);
  assert.equal((await server.fetch('/token', { as: basic('nobody', 'x') })).status, 401);
  assert.equal((await server.fetch('/token', { as: 'Basic !!!' })).status, 401);
});

test('a public repository is pulled with a token that nobody signed in for', async () => {
  await server.fetch('/api/v1/repositories/team%2Fapp', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"visibility":"public"}',
  });
  const token = (await (
    await server.fetch('/token?service=x&scope=repository:team/app:pull,push', { as: null })
  ).json()) as Token;
  assert.equal(token.scope, 'repository:team/app:pull');
  const as = `Bearer ${token.token}`;
  assert.equal((await call(server, 'GET', '/v2/team/app/manifests/1', { as })).status, 200);
  assert.equal((await call(server, 'GET', '/v2/', { as })).status, 200);
  assert.equal((await call(server, 'POST', '/v2/team/app/blobs/uploads/', { as })).status, 401);
});

test('an account that is removed is nobody at once, whatever tokens it holds', async () => {
  const json = { 'content-type': 'application/json' };
  await server.fetch('/api/v1/accounts', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name: 'second', password: 'a-long-password-7', administrator: true }),
  });
  const token = (await (
    await server.fetch('/token?scope=repository:team/app:pull', { as: basic('second', 'a-long-password-7') })
  ).json()) as Token;
  const as = `Bearer ${token.token}`;
  assert.equal((await call(server, 'GET', '/v2/team/app/tags/list', { as })).status, 200);
  await server.fetch('/api/v1/accounts/second', { method: 'DELETE' });
  assert.equal((await call(server, 'GET', '/v2/team/app/tags/list', { as })).status, 401);
  assert.equal((await server.fetch('/v2/', { as: basic('second', 'a-long-password-7') })).status, 401);
});

test('docker search and podman search', async () => {
  const found = (await (await server.fetch('/v1/search?q=app&n=25')).json()) as {
    num_results: number;
    results: { name: string }[];
  };
  assert.deepEqual([found.num_results, found.results[0]?.name], [1, 'team/app']);
  assert.equal((await server.fetch('/v1/search?q=app', { as: null })).status, 401);
});
