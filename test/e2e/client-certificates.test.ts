import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { addPerson, api, done, PASSWORD } from '../access-client.ts';
import { imageManifest, putManifest } from '../conformance/registry-client.ts';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from '../server.ts';
import { ClientAuthority, type IssuedCertificate } from './client-authority.ts';
import { command, succeed } from './command.ts';
import { dockerEngine } from './container-engine.ts';

let authority: ClientAuthority;
let server: TestServer;
let alice: IssuedCertificate;
before(async () => {
  authority = new ClientAuthority();
  alice = authority.issue('alice', { alternative: 'email:alice@example.org' });
  server = await startServer(settings());
  await prepare(server);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  authority[Symbol.dispose]();
});

function settings(more: object = {}) {
  return {
    clientAuthorities: authority.certFile,
    clientRevocations: authority.listFile,
    clientCertificateAccounts: ['email:*@example.org=*', 'cn:build=shop+ci', 'cn:away=nobody-here'],
    ...more,
  };
}

async function prepare(target: TestServer): Promise<void> {
  await addPerson(target, 'alice', 'bob');
  await done(target, 'POST', '/organisations', { name: 'shop' });
  await done(target, 'PUT', '/organisations/shop/grants/alice', { role: 'publisher' });
  await done(target, 'POST', '/organisations/shop/robots', { name: 'ci' });
  await done(target, 'PUT', '/organisations/shop/grants/shop+ci', { role: 'publisher' });
  await putManifest(target, 'shop/app', '1', await imageManifest(target, 'shop/app'));
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(
  path: string,
  certificate: IssuedCertificate | undefined,
  options: { headers?: Record<string, string>; method?: string; body?: string; agent?: Agent; of?: TestServer } = {},
): Promise<Answer> {
  const { hostname, port } = new URL((options.of ?? server).url);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: hostname,
        port,
        path,
        method: options.method ?? 'GET',
        headers: options.headers,
        rejectUnauthorized: false,
        agent: options.agent ?? false,
        ...(certificate && { cert: certificate.cert, key: certificate.key }),
      },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    call.on('error', reject);
    call.end(options.body);
  });
}

async function nameOf(answer: Promise<Answer>): Promise<string | undefined> {
  const { status, text } = await answer;
  assert.equal(status, 200, text);
  return (JSON.parse(text) as { name?: string }).name;
}

async function refused(answer: Promise<Answer>, words: RegExp): Promise<void> {
  const { status, text } = await answer;
  assert.equal(status, 403, text);
  assert.match(text, words);
}

/** Waits until a change of the files is in force. */
async function reloaded(is: () => Promise<boolean>): Promise<void> {
  process.emit('SIGHUP');
  for (let tries = 0; tries < 200; tries++) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('the changed files were not noticed');
}

describe('who a certificate is', () => {
  test('its account, for /api and /v2; without one nobody', async () => {
    assert.equal(await nameOf(ask('/api/v1/me', alice)), 'alice');
    assert.equal(await nameOf(ask('/api/v1/me', authority.issue('build'))), 'shop+ci');
    assert.equal(await nameOf(ask('/api/v1/me', undefined)), undefined);
    assert.equal((await ask('/v2/shop/app/manifests/1', alice)).status, 200);
    assert.equal((await ask('/v2/shop/app/manifests/1', undefined)).status, 401);
    const body = JSON.stringify({ description: 'by certificate' });
    const headers = { 'content-type': 'application/json' };
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/alice', { role: 'maintainer' });
    const changed = await ask('/api/v1/repositories/shop%2Fapp', alice, { method: 'PATCH', headers, body });
    assert.equal(changed.status, 200, changed.text);
    const { items } = await done<{ items: { via?: string }[] }>(server, 'GET', '/audit?actor=alice');
    assert.match(items[0]?.via ?? '', /^certificate 10[0-9a-f]{2}$/);
  });

  test('other credentials say who one is; wrong ones are not made good by the certificate', async () => {
    const headers = { authorization: basic('bob', PASSWORD) };
    assert.equal(await nameOf(ask('/api/v1/me', alice, { headers })), 'bob');
    const wrong = await ask('/api/v1/me', alice, { headers: { authorization: basic('bob', 'wrong-password-1') } });
    assert.equal(wrong.status, 401);
    assert.equal((await ask('/api/v1/me', alice, { headers: { authorization: 'Bearer rubbish' } })).status, 401);
  });

  test('the token endpoint gives its account’s tokens, none that outlive it', async () => {
    const { status, text } = await ask(
      '/token?service=x&offline_token=true&client_id=x&scope=repository:shop/app:pull,push,delete',
      alice,
    );
    assert.equal(status, 200);
    const token = JSON.parse(text) as { token: string; scope: string; refresh_token?: string };
    assert.equal(token.scope, 'repository:shop/app:pull,push,delete');
    assert.equal(token.refresh_token, undefined);
    const headers = { authorization: `Bearer ${token.token}` };
    assert.equal((await ask('/v2/shop/app/tags/list', undefined, { headers })).status, 200);
  });

  test('a page of another site gets nothing by it', async () => {
    for (const path of ['/v2/shop/app/tags/list', '/api/v1/me', '/token?service=x'])
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }])
        assert.equal((await ask(path, alice, { headers: { ...headers } })).status, 403, path);
  });

  test('a disabled account, or none, is said', async () => {
    await refused(ask('/api/v1/me', authority.issue('away')), /account nobody-here, which is not here/);
    await addPerson(server, 'carol');
    const carol = authority.issue('carol', { alternative: 'email:carol@example.org' });
    assert.equal(await nameOf(ask('/api/v1/me', carol)), 'carol');
    await done(server, 'PATCH', '/accounts/carol', { disabled: true });
    await refused(ask('/api/v1/me', carol), /account carol, which is disabled/);
  });
});

describe('a certificate that does not hold is refused with its reason, whatever comes with it', () => {
  const good = { authorization: basic('admin', ADMIN_PASSWORD) };
  const cases: [string, () => IssuedCertificate, RegExp][] = [
    ['expired', () => authority.issue('old', { until: new Date(Date.now() - 3600_000) }), /it has expired/],
    ['of tomorrow', () => authority.issue('new', { from: new Date(Date.now() + 3600_000) }), /not valid yet/],
    ['of a server', () => authority.issue('web', { usage: 'serverAuth' }), /not made for clients/],
  ];
  for (const [name, make, words] of cases)
    test(name, async () => {
      const certificate = make();
      for (const path of ['/api/v1/me', '/v2/', '/token?service=x', '/', '/v2/shop/app/manifests/1'])
        for (const headers of [{}, good]) await refused(ask(path, certificate, { headers }), words);
      assert.equal((await ask('/livez', certificate)).status, 200);
    });

  test('of an authority that is not known here, with the same names', async () => {
    using other = new ClientAuthority();
    const forged = other.issue('alice', { alternative: 'email:alice@example.org' });
    for (const headers of [{}, good]) await refused(ask('/api/v1/me', forged, { headers }), /authority is not trusted/);
  });

  test('one that no rule names is nobody’s; beside a password it takes nothing away', async () => {
    const stranger = authority.issue('stranger');
    await refused(ask('/api/v1/me', stranger), /no rule says whose it is/);
    assert.equal(await nameOf(ask('/api/v1/me', stranger, { headers: good })), 'admin');
    const two = authority.issue('two', { alternative: 'email:alice@example.org,email:bob@example.org' });
    await refused(ask('/api/v1/me', two), /names are those of 2 accounts/);
  });

  test('revoked: at once on every connection, kept ones and resumed sessions too', async () => {
    const bob = authority.issue('bob', { alternative: 'email:bob@example.org' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1, cert: bob.cert, key: bob.key });
    assert.equal(await nameOf(ask('/api/v1/me', bob, { agent })), 'bob');
    const session = await sessionOf(bob);
    authority.revoke(bob);
    await reloaded(async () => (await ask('/api/v1/me', bob)).status === 403);
    await refused(ask('/api/v1/me', bob, { headers: good }), /it has been revoked/);
    const kept = await ask('/api/v1/me', bob, { agent }).catch(() => undefined);
    assert.notEqual(kept?.status, 200, 'a kept connection');
    await refused(ask('/api/v1/me', bob, { agent }), /revoked/);
    assert.match(await resumed(bob, session), /403 /, 'a resumed session');
    assert.equal(await nameOf(ask('/api/v1/me', alice)), 'alice', 'others go on');
    agent.destroy();
  });

  test('a list that is out of date lets nobody in; a new one does, and rubbish leaves the old in force', async () => {
    authority.writeList(1);
    await reloaded(async () => (await ask('/api/v1/me', alice)).status === 403);
    await refused(ask('/api/v1/me', alice), /list of revoked certificates is out of date/);
    authority.writeList();
    await reloaded(async () => (await ask('/api/v1/me', alice)).status === 200);
    writeFileSync(authority.listFile, 'rubbish');
    process.emit('SIGHUP');
    assert.equal(await nameOf(ask('/api/v1/me', alice)), 'alice');
    authority.writeList();
  });
});

function sessionOf({ cert, key }: IssuedCertificate): Promise<Buffer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), cert, key, rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('session', (session: Buffer) => {
      resolve(session);
      socket.destroy();
    });
    socket.once('secureConnect', () => socket.write('GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'));
    socket.resume();
  });
}

function resumed({ cert, key }: IssuedCertificate, session: Buffer): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: hostname, port: Number(port), cert, key, session, rejectUnauthorized: false });
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.once('close', () => resolve(text.split('\r\n')[0] ?? ''));
    socket.write(`GET /api/v1/me HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
  });
}

test('required: nothing but the health checks answers without one', async () => {
  await using strict = await startServer(settings({ clientCertificates: 'required' }));
  assert.equal((await ask('/livez', undefined, { of: strict })).status, 200);
  for (const path of ['/', '/v2/', '/api/v1/me', '/token', '/metrics', '/admission/validate'])
    for (const headers of [{}, { authorization: basic('admin', ADMIN_PASSWORD) }])
      await refused(ask(path, undefined, { of: strict, headers }), /wants a client certificate/);
  assert.equal((await api(strict, 'GET', '/me')).status, 403, 'plain HTTP shows none');
  const headers = { authorization: basic('admin', ADMIN_PASSWORD) };
  assert.equal(await nameOf(ask('/api/v1/me', alice, { of: strict, headers })), 'admin');
});

test('settings that do not belong together are refused at the start', async () => {
  const cases: [object, RegExp][] = [
    [{ clientCertificates: 'required' }, /needs clientAuthorities/],
    [{ clientRevocations: authority.listFile }, /needs clientAuthorities/],
    [{ clientAuthorities: authority.listFile }, /holds no certificate/],
    [settings({ clientRevocations: authority.certFile }), /holds no list of revoked/],
    [settings({ clientCertificateAccounts: ['alice'] }), /is not like cn:alice=alice/],
  ];
  for (const [wrong, words] of cases) await assert.rejects(startServer({ ...wrong }), words);
});

describe('real clients', () => {
  test('curl and skopeo push and pull with a certificate and nothing else', async () => {
    const { host } = server;
    const curl = ['-s', '-k', '--cert', alice.certFile, '--key', alice.keyFile];
    const me = JSON.parse(await succeed('curl', [...curl, `https://${host}/api/v1/me`])) as { name: string };
    assert.equal(me.name, 'alice');
    const folder = mkdtempSync(join(tmpdir(), 'assay-certs-'));
    try {
      copyFileSync(alice.certFile, join(folder, 'client.cert'));
      copyFileSync(alice.keyFile, join(folder, 'client.key'));
      copyFileSync(join(server.directory, 'tls', 'ca.crt'), join(folder, 'ca.crt'));
      const auth = { env: { REGISTRY_AUTH_FILE: join(folder, 'none.json') } };
      const both = [`--src-cert-dir=${folder}`, `--dest-cert-dir=${folder}`];
      await succeed(
        'skopeo',
        ['copy', '-q', ...both, `docker://${host}/shop/app:1`, `docker://${host}/shop/copied:1`],
        auth,
      );
      const elsewhere = await command(
        'skopeo',
        ['copy', '-q', ...both, `docker://${host}/shop/app:1`, `docker://${host}/other/copied:1`],
        auth,
      );
      assert.notEqual(elsewhere.status, 0, 'a certificate gives the rights of its account, no more');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('docker, with /etc/docker/certs.d; a revoked one reads why', async () => {
    // An address of the loopback device that the engine does not take for one, so that it checks certificates.
    const address = '198.18.9.1';
    await succeed('ip', ['address', 'replace', `${address}/32`, 'dev', 'lo']);
    await using there = await startServer(settings({ listen: `${address}:0` }));
    const certs = join('/etc/docker/certs.d', there.host);
    try {
      await overTls(there);
      const runner = authority.issue('build');
      mkdirSync(certs, { recursive: true });
      copyFileSync(join(there.directory, 'tls', 'ca.crt'), join(certs, 'ca.crt'));
      copyFileSync(runner.certFile, join(certs, 'client.cert'));
      copyFileSync(runner.keyFile, join(certs, 'client.key'));
      await using engine = await dockerEngine();
      const archive = join(there.directory, 'hello.tar');
      writeFileSync(join(there.directory, 'hello'), 'hello\n');
      await succeed('tar', ['-C', there.directory, '-cf', archive, 'hello']);
      const image = `${there.host}/shop/by-docker:1`;
      await succeed('docker', ['import', archive, image], { env: engine.env });
      await succeed('docker', ['push', '-q', image], { env: engine.env });
      await succeed('docker', ['rmi', image], { env: engine.env });
      await succeed('docker', ['pull', '-q', image], { env: engine.env });
      const status = await succeed(process.execPath, ['src/main.ts', 'tag', 'list', 'shop/by-docker'], {
        env: { DOCKER_CONFIG: engine.env.DOCKER_CONFIG, ASSAY_SERVER: `https://${there.host}` },
      });
      assert.match(status, /^1 /m, 'assay shows the same certificate');
      authority.revoke(runner);
      await reloaded(async () => (await ask('/v2/', runner, { of: there })).status === 403);
      const late = await command('docker', ['pull', image], { env: engine.env });
      assert.notEqual(late.status, 0);
      assert.match(late.stderr, /your client certificate is not accepted: it has been revoked/);
    } finally {
      rmSync(certs, { recursive: true, force: true });
      await succeed('ip', ['address', 'del', `${address}/32`, 'dev', 'lo']);
    }
  });
});

/** What `prepare` does, where only TLS is spoken. */
async function overTls(target: TestServer): Promise<void> {
  const steps: [string, string, object?][] = [
    ['POST', '/organisations', { name: 'shop' }],
    ['POST', '/organisations/shop/robots', { name: 'ci' }],
    ['PUT', '/organisations/shop/grants/shop+ci', { role: 'publisher' }],
  ];
  const headers = { authorization: basic('admin', ADMIN_PASSWORD), 'content-type': 'application/json' };
  for (const [method, path, body] of steps) {
    const answer = await ask(`/api/v1${path}`, undefined, { of: target, method, headers, body: JSON.stringify(body) });
    assert.ok(answer.status < 300, answer.text);
  }
}
