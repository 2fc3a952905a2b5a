import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addPerson, api, done, PASSWORD } from './access-client.ts';
import { basic, startServer, type TestServer } from './server.ts';
import { SoftAuthenticator } from './soft-authenticator.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
  await addPerson(server, 'ann', 'bob');
});
after(() => server[Symbol.asyncDispose]());

interface Said<T> {
  readonly status: number;
  readonly value: T;
  readonly cookie: string | undefined;
}

/** A call as the console makes it: JSON, from this site, with a session's cookie or none. */
async function page<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: object,
  cookie?: string,
): Promise<Said<T>> {
  const answer = await server.fetch(`/api/v1${path}`, {
    method,
    as: null,
    headers: {
      origin: server.url,
      ...(body && { 'content-type': 'application/json' }),
      ...(cookie !== undefined && { cookie }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const set = answer.headers.get('set-cookie')?.split(';')[0];
  return { status: answer.status, value: (text === '' ? undefined : JSON.parse(text)) as T, cookie: set };
}

const session = async (name: string) => (await page('POST', '/session', { name, password: PASSWORD })).cookie ?? '';
const encoded = (parts: Record<string, Buffer>) =>
  Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, bytes.toString('base64url')]));
const site = (challenge: string) => ({ challenge, origin: server.url, rpId: '127.0.0.1' });

async function register(cookie: string, device: SoftAuthenticator, name = 'key') {
  const begun = await page<{ challenge: string }>('POST', '/me/passkeys/challenge', undefined, cookie);
  const { algorithm, ...rest } = device.register(site(begun.value.challenge));
  const body = { name, algorithm, ...encoded(rest) };
  return { ...(await page<{ id: string; code?: string }>('POST', '/me/passkeys', body, cookie)), body };
}

async function shown(device: SoftAuthenticator, more: object = {}) {
  const { value } = await page<{ challenge: string }>('POST', '/session/passkey/challenge');
  const credentialId = device.credentialId.toString('base64url');
  return { credentialId, ...encoded(device.assert({ ...site(value.challenge), ...more })) };
}

const signIn = (body: object) => page<{ name?: string; detail?: string }>('POST', '/session/passkey', body);

test('registered, listed, renamed, signed in with, removed; the password alone opens nothing meanwhile', async () => {
  const device = new SoftAuthenticator('ec');
  const other = await session('ann');
  let cookie = await session('ann');
  const made = await register(cookie, device);
  assert.equal(made.status, 201);
  cookie = made.cookie ?? '';
  assert.equal((await page('GET', '/me/tokens', undefined, other)).status, 401, 'other sessions have ended');
  await page('PATCH', `/me/passkeys/${made.value.id}`, { name: 'laptop' }, cookie);
  const { value } = await page<{ items: { name: string; site: string }[] }>('GET', '/me/passkeys', undefined, cookie);
  assert.deepEqual(
    value.items.map((each) => [each.name, each.site]),
    [['laptop', '127.0.0.1']],
  );
  const alone = await page<{ code: string }>('POST', '/session', { name: 'ann', password: PASSWORD });
  assert.deepEqual([alone.status, alone.value.code], [401, 'second-factor-required']);
  assert.equal((await api(server, 'GET', '/me', undefined, 'ann')).status, 401, 'nor for clients');
  const answered = await signIn(await shown(device));
  assert.equal(answered.value.name, 'ann');
  assert.equal((await page('GET', '/me/tokens', undefined, answered.cookie)).status, 200);
  assert.equal((await page('DELETE', `/me/passkeys/${made.value.id}`, undefined, answered.cookie)).status, 204);
  assert.equal((await signIn(await shown(device))).status, 401);
  assert.equal((await api(server, 'GET', '/me', undefined, 'ann')).status, 200);
  const audit = await done<{ items: { action: string }[] }>(server, 'GET', '/audit?action=passkey');
  assert.deepEqual(
    audit.items.map((each) => each.action),
    ['passkey.removed', 'passkey.changed', 'passkey.added'],
  );
});

test('a challenge is good once, for its purpose and account; an answer is not said again', async () => {
  const device = new SoftAuthenticator('ed25519');
  const cookie = await session('bob');
  const made = await register(cookie, device);
  assert.equal(made.status, 201);
  const again = await page('POST', '/me/passkeys', made.body, made.cookie);
  assert.equal(again.status, 401, 'a registration said again');
  const answer = await shown(device);
  assert.equal((await signIn(answer)).status, 200);
  assert.equal((await signIn(answer)).status, 401, 'an assertion said again');
  const { value } = await page<{ challenge: string }>('POST', '/me/passkeys/challenge', undefined, made.cookie);
  assert.equal((await signIn(await shown(device, { challenge: value.challenge }))).status, 401, 'of a registration');
  for (const challenge of ['', 'AAAA', value.challenge.slice(1), Buffer.alloc(56).toString('base64url')])
    assert.equal((await signIn(await shown(device, { challenge }))).status, 401, challenge);
  assert.equal((await signIn(await shown(device, { origin: 'https://evil.example' }))).status, 401);
  assert.equal((await signIn(await shown(device))).status, 200, 'it still works');
});

test('of an answer that comes many times at once, one counts', async () => {
  const device = new SoftAuthenticator('ec');
  await addPerson(server, 'dora');
  assert.equal((await register(await session('dora'), device)).status, 201);
  const answer = await shown(device);
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await signIn(answer)).status));
  assert.equal(statuses.filter((each) => each === 200).length, 1);
});

test('a counter that goes back: refused, marked, told in the audit, and it stays so', async () => {
  const device = new SoftAuthenticator('ec');
  await addPerson(server, 'carl');
  assert.equal((await register(await session('carl'), device)).status, 201);
  assert.equal((await signIn(await shown(device, { counter: 10 }))).status, 200);
  const cloned = await signIn(await shown(device, { counter: 10 }));
  assert.deepEqual([cloned.status, /a copy of it may exist/.test(cloned.value.detail ?? '')], [401, true]);
  assert.equal((await signIn(await shown(device, { counter: 99 }))).status, 401);
  const audit = await done<{ items: { object: string }[] }>(server, 'GET', '/audit?action=passkey.suspected');
  assert.equal(audit.items[0]?.object, 'carl');
  await done(server, 'DELETE', '/accounts/carl/second-factor');
  assert.equal(
    (await api(server, 'GET', '/me', undefined, 'carl')).status,
    200,
    'an administrator lets one begin anew',
  );
});

test('only a session changes passkeys, one’s own alone; a passkey is one account’s; disabled ones open nothing', async () => {
  const device = new SoftAuthenticator('rsa');
  await addPerson(server, 'eve', 'finn');
  const made = await register(await session('eve'), device);
  assert.equal(made.status, 201);
  const finn = await session('finn');
  const taken = await register(finn, device);
  assert.equal(taken.value.code, 'already-exists');
  for (const method of ['PATCH', 'DELETE'])
    assert.equal(
      (await page(method, `/me/passkeys/${made.value.id}`, method === 'PATCH' ? { name: 'x' } : undefined, finn))
        .status,
      404,
    );
  const { secret } = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 't' }, 'finn');
  for (const as of [basic('finn', PASSWORD), `Bearer ${secret}`])
    assert.equal((await api(server, 'POST', '/me/passkeys/challenge', undefined, as)).status, 403);
  await done(server, 'PATCH', '/accounts/eve', { disabled: true });
  const disabled = await signIn(await shown(device));
  const unknown = await signIn(await shown(new SoftAuthenticator('rsa')));
  assert.deepEqual([disabled.status, disabled.value.detail], [unknown.status, unknown.value.detail]);
});
