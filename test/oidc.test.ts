import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { safeNext } from '../src/http/oidc.ts';
import { totpCode } from '../src/access/totp.ts';
import { addPerson, api, askToken, done, PASSWORD } from './access-client.ts';
import { call, imageManifest, putManifest } from './conformance/registry-client.ts';
import { type FakeIssuer, startFakeIssuer } from './fake-issuer.ts';
import { CLIENT_SECRET, Jar, type OidcServer, startOidcServer } from './oidc-server.ts';
import { basic, startServer, type TestServer } from './server.ts';

let server: TestServer;
let oidc: OidcServer;

before(async () => {
  server = await startServer();
  oidc = await startOidcServer(`${server.url}/oidc/callback`);
  oidc.groups = { ann: ['crew'], root: ['platform'] };
  await putManifest(server, 'shop/app', '1', await imageManifest(server, 'shop/app'));
  await done(server, 'POST', '/organisations/shop/teams', { name: 'crew' });
  await done(server, 'PUT', '/repositories/shop%2Fapp/grants/team:crew', { role: 'reader' });
  await done(server, 'POST', '/directories', {
    name: 'company',
    secret: CLIENT_SECRET,
    settings: {
      kind: 'oidc',
      issuer: oidc.url,
      clientId: 'assay',
      groups: [
        { group: 'crew', team: 'shop/crew' },
        { group: 'platform', team: 'administrators' },
      ],
    },
  });
});
after(async () => {
  await oidc[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const isCallback = (address: string) => address.startsWith(`${server.url}/oidc/callback`);

async function signInAs(person: string, jar = new Jar()): Promise<{ jar: Jar; page: string; callback: string }> {
  const start = `${server.url}/oidc/start?provider=company&next=/r/shop/app`;
  const { address } = await jar.follow(start, person, isCallback);
  const page = await (await jar.fetch(address)).text();
  return { jar, page, callback: address };
}

async function me(jar: Jar): Promise<{ name?: string; administrator: boolean }> {
  const answer = await jar.fetch(`${server.url}/api/v1/me`);
  return (await answer.json()) as { name?: string; administrator: boolean };
}

describe('OpenID Connect against a real provider', () => {
  test('a person signs in with the browser; group claims are teams, replaced at each sign-in', async () => {
    const { jar, page } = await signInAs('ann');
    assert.match(page, /http-equiv="refresh" content="0;url=\/r\/shop\/app"/);
    assert.equal((await me(jar)).name, 'ann');
    const made = await jar.fetch(`${server.url}/api/v1/me/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ name: 'docker' }),
    });
    const { secret } = (await made.json()) as { secret: string };
    const pat = basic('ann', secret);
    assert.equal((await askToken(server, pat, 'repository:shop/app:pull')).scope, 'repository:shop/app:pull');
    oidc.groups = { ...oidc.groups, ann: [] };
    await signInAs('ann');
    assert.equal((await askToken(server, pat, 'repository:shop/app:pull')).scope, '', 'she left the group');
    oidc.groups = { ...oidc.groups, ann: ['crew'] };
    assert.equal((await askToken(server, basic('ann', ''), '')).status, 401, 'there is no password');
  });

  test('administrators are those whom the provider says, while it says so', async () => {
    assert.equal((await me((await signInAs('root')).jar)).administrator, true);
    oidc.groups = { ...oidc.groups, root: [] };
    assert.equal((await me((await signInAs('root')).jar)).administrator, false);
  });

  test('a name that is taken here is not taken over', async () => {
    const { jar, page } = await signInAs('admin');
    assert.match(page, /url=\/signin\?failed=directory-refused/);
    assert.equal((await me(jar)).name, undefined);
  });

  test('an answer opens nothing in another browser, nor a second time', async () => {
    const jar = new Jar();
    const { address } = await jar.follow(`${server.url}/oidc/start?provider=company`, 'ann', isCallback);
    const victim = new Jar();
    assert.match(await (await victim.fetch(address)).text(), /failed=directory-refused/);
    assert.equal((await me(victim)).name, undefined, 'nobody is signed in as somebody else’s account');
    assert.doesNotMatch(await (await jar.fetch(address)).text(), /failed/);
    assert.match(await (await jar.fetch(address)).text(), /failed=directory-refused/, 'a code is good once');
  });

  test('signing in makes a new session, whatever cookie was there before (fixation)', async () => {
    const planted = `asy_ses_${'A'.repeat(43)}`;
    const jar = new Jar();
    const port = new URL(server.url).port;
    const answer = await jar.fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: `assay_session_${port}=${planted}`, origin: server.url },
      body: JSON.stringify({ name: 'admin', password: 'correct-horse-9' }),
    });
    assert.equal(answer.status, 200);
    assert.notEqual(jar.cookie(server.url, /session/), planted);
    const fixed = await fetch(`${server.url}/api/v1/me`, { headers: { cookie: `assay_session_${port}=${planted}` } });
    assert.equal(((await fixed.json()) as { name?: string }).name, undefined);
  });

  test('the device flow gives a command line a personal token, once', async () => {
    interface Begun {
      readonly handle: string;
      readonly userCode: string;
      readonly verificationUriComplete: string;
    }
    const begun = (await (
      await server.fetch('/api/v1/sign-in/device', {
        method: 'POST',
        as: null,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ provider: 'company' }),
      })
    ).json()) as Begun;
    assert.match(begun.userCode, /^[A-Z0-9-]{8,}$/);
    const poll = async () =>
      (await (
        await server.fetch('/api/v1/sign-in/device/poll', {
          method: 'POST',
          as: null,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ handle: begun.handle, name: 'cli' }),
        })
      ).json()) as { state?: string; code?: string; account?: string; secret?: string };
    assert.equal((await poll()).state, 'pending');
    assert.equal((await poll()).state, 'slow-down', 'asked again at once');
    const { answer } = await new Jar().follow(begun.verificationUriComplete, 'ann', () => false);
    assert.match(await answer.text(), /success/i);
    await new Promise((resolve) => setTimeout(resolve, 5100));
    const signedIn = await poll();
    assert.equal(signedIn.account, 'ann', JSON.stringify(signedIn));
    assert.equal((await askToken(server, basic('ann', signedIn.secret ?? ''), '')).status, 200);
    assert.equal((await poll()).code, 'not-found');
  });

  test('the way back is a path of this site', () => {
    for (const path of ['/', '/r/shop/app?tag=1', '/search?q=%2F%2Fevil']) assert.equal(safeNext(path), path);
    for (const path of [
      null,
      '',
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      '/a\\b',
      'javascript:alert(1)',
      '/\n//evil.example',
      ' /x',
      `/${'a'.repeat(3000)}`,
    ])
      assert.equal(safeNext(path), '/', String(path));
    const letters = ['/', '\\', '\t', '.', 'a', ':', '@', '?', '#', '%2f', '\u00a0'];
    for (let seed = 0; seed < 5000; seed++) {
      let rest = seed;
      let path = '';
      for (let at = 0; at < 5; at++) {
        path += letters[rest % letters.length];
        rest = Math.floor(rest / letters.length) + 7 * at;
      }
      assert.equal(new URL(safeNext(path), 'https://assay.example').host, 'assay.example', JSON.stringify(path));
    }
  });

  test('the test of the settings names each step', async () => {
    const { steps } = await done<{ steps: { step: string; ok: boolean }[] }>(server, 'POST', '/directory-test', {
      settings: { kind: 'oidc', issuer: oidc.url, clientId: 'assay' },
    });
    assert.deepEqual(
      steps.map((each) => [each.step, each.ok]),
      [
        ['discovery', true],
        ['device flow', true],
        ['keys', true],
      ],
    );
  });
});

describe('second factor', () => {
  test('a password alone is not enough, a code is good once, tokens go on', async () => {
    await addPerson(server, 'tina');
    const asTina = basic('tina', PASSWORD);
    const pat = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'before' }, 'tina');
    assert.equal((await api(server, 'POST', '/me/second-factor', { password: 'wrong-password' }, 'tina')).status, 401);
    const { secret } = await done<{ secret: string; address: string }>(
      server,
      'POST',
      '/me/second-factor',
      { password: PASSWORD },
      'tina',
    );
    assert.equal((await api(server, 'PUT', '/me/second-factor', { code: '000000' }, 'tina')).status, 400);
    const code = (steps: number) => totpCode(secret, Math.floor(Date.now() / 30_000) + steps);
    await done(server, 'PUT', '/me/second-factor', { code: code(-1) }, 'tina');
    const session = (extra: object) =>
      api<{ code?: string }>(server, 'POST', '/session', { name: 'tina', password: PASSWORD, ...extra });
    assert.equal((await session({})).value.code, 'second-factor-required');
    assert.equal(
      (await api<{ code?: string }>(server, 'POST', '/session', { name: 'tina', password: 'wrong' })).value.code,
      'credentials-invalid',
    );
    assert.equal((await session({ code: code(-1) })).status, 401, 'that code was used to turn it on');
    assert.equal((await session({ code: code(0) })).status, 200);
    assert.equal((await session({ code: code(0) })).status, 401, 'a code is good once');
    for (const path of ['/token?service=x', '/v2/', '/api/v1/me/tokens'])
      assert.equal((await server.fetch(path, { as: asTina })).status, 401, path);
    assert.equal((await askToken(server, basic('tina', pat.secret), '')).status, 200);
    const withCode = await server.fetch('/api/v1/me/tokens', { as: asTina, headers: { 'assay-code': code(1) } });
    assert.equal(withCode.status, 200, 'the command line sends the code beside the password');
    assert.equal(
      (await api(server, 'DELETE', '/me/second-factor?code=000000', undefined, basic('tina', pat.secret))).status,
      403,
    );
    await done(server, 'DELETE', '/accounts/tina/second-factor');
    assert.equal((await askToken(server, asTina, '')).status, 200);
  });

  test('guessing codes is slowed down like guessing passwords', async () => {
    await addPerson(server, 'guess');
    const { secret } = await done<{ secret: string }>(
      server,
      'POST',
      '/me/second-factor',
      { password: PASSWORD },
      'guess',
    );
    await done(
      server,
      'PUT',
      '/me/second-factor',
      { code: totpCode(secret, Math.floor(Date.now() / 30_000)) },
      'guess',
    );
    const statuses: number[] = [];
    for (let at = 0; at < 8; at++)
      statuses.push(
        (
          await api(server, 'POST', '/session', {
            name: 'guess',
            password: PASSWORD,
            code: String(at).padStart(6, '0'),
          })
        ).status,
      );
    assert.equal(statuses.at(-1), 429);
  });

  test('a token is no password for the console: a session is wider than a token may be', async () => {
    const made = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'ro', readOnly: true });
    const answer = await api(server, 'POST', '/session', { name: 'admin', password: made.secret });
    assert.equal(answer.status, 401);
  });
});

describe('workload identity', () => {
  let issuer: FakeIssuer;
  const now = () => Math.floor(Date.now() / 1000);
  const job = (extra: object = {}) => ({
    iss: issuer.url,
    aud: 'assay.example',
    sub: 'repo:acme/app:ref:refs/heads/main',
    repository: 'acme/app',
    ref: 'refs/heads/main',
    iat: now(),
    exp: now() + 300,
    ...extra,
  });

  before(async () => {
    issuer = await startFakeIssuer();
    for (const name of ['ci', 'nightly']) {
      await done(server, 'POST', '/organisations/shop/robots', { name });
      await done(server, 'PUT', `/organisations/shop/grants/shop+${name}`, { role: 'publisher' });
    }
    await done(server, 'POST', '/directories', {
      name: 'pipelines',
      settings: {
        kind: 'workload',
        issuer: issuer.url,
        audience: 'assay.example',
        rules: [
          {
            robot: 'shop+ci',
            claims: { repository: 'acme/app', ref: 'refs/heads/main' },
            limits: [{ repository: 'shop/app', actions: ['pull', 'push'] }],
          },
          { robot: 'shop+nightly', claims: { sub: 'repo:acme/nightly:*' } },
        ],
      },
    });
  });
  after(() => issuer[Symbol.asyncDispose]());

  const exchange = async (token: string, scope: string, extra: Record<string, string> = {}) => {
    const answer = await call(server, 'POST', '/token', {
      as: null,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(
        new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
          scope,
          ...extra,
        }).toString(),
      ),
    });
    return { status: answer.status, ...(JSON.parse(answer.body.toString()) as { scope?: string; token?: string }) };
  };

  test('a job’s token becomes a short one of the robot, within the limits of the rule', async () => {
    const made = await exchange(
      await issuer.sign(job()),
      'repository:shop/app:pull,push repository:shop/other:pull,push',
    );
    assert.deepEqual([made.status, made.scope], [200, 'repository:shop/app:pull,push']);
    const as = `Bearer ${made.token}`;
    assert.equal((await call(server, 'GET', '/v2/shop/app/manifests/1', { as })).status, 200);
    const docker = await askToken(server, basic('shop+ci', await issuer.sign(job())), 'repository:shop/app:pull');
    assert.equal(docker.scope, 'repository:shop/app:pull', 'docker login with the token for a password');
    const { items } = await done<{ items: { name: string; tokens: { id: string; name: string }[] }[] }>(
      server,
      'GET',
      '/organisations/shop/robots',
    );
    const [token] =
      items
        .find((each) => each.name === 'shop+ci')
        ?.tokens.filter((each) => each.name.startsWith('pipelines: repo:acme'))
        .slice(-1) ?? [];
    assert.ok(token, 'it is listed');
    for (const each of items.find(({ name }) => name === 'shop+ci')?.tokens ?? [])
      await done(server, 'DELETE', `/organisations/shop/robots/ci/tokens/${each.id}`);
    assert.equal((await call(server, 'GET', '/v2/shop/app/manifests/1', { as })).status, 401, 'and revocable');
  });

  test('claims that no rule wants, another robot’s name, another audience: refused', async () => {
    for (const [what, token, extra] of [
      ['another branch', await issuer.sign(job({ ref: 'refs/heads/main2' })), {}],
      ['another repository', await issuer.sign(job({ repository: 'evil/app' })), {}],
      ['a missing claim', await issuer.sign(job({ ref: undefined })), {}],
      ['a claim that is an object', await issuer.sign(job({ ref: { toString: 'refs/heads/main' } })), {}],
      ['a robot of another rule', await issuer.sign(job()), { robot: 'shop+nightly' }],
      ['another audience', await issuer.sign(job({ aud: 'docker.io' })), {}],
      ['forged', await issuer.forge(job()), {}],
      [
        'of an issuer that is not listed',
        await issuer.sign(job({ iss: 'https://token.actions.githubusercontent.com' })),
        {},
      ],
      ['nothing', '', {}],
    ] as [string, string, Record<string, string>][])
      assert.equal((await exchange(token, 'repository:shop/app:pull', extra)).status, 401, what);
    assert.equal((await askToken(server, basic('shop+nightly', await issuer.sign(job())), '')).status, 401);
    assert.equal((await askToken(server, basic('admin', await issuer.sign(job({ sub: 'admin' }))), '')).status, 401);
    assert.equal(
      (await call(server, 'GET', '/v2/shop/app/manifests/1', { as: `Bearer ${await issuer.sign(job())}` })).status,
      401,
    );
  });

  test('a rule without claims would let everybody of the issuer in, so there is none', async () => {
    const answer = await api(server, 'POST', '/directories', {
      name: 'open',
      settings: { kind: 'workload', issuer: issuer.url, audience: 'x', rules: [{ robot: 'shop+ci', claims: {} }] },
    });
    assert.equal(answer.status, 400);
  });
});
