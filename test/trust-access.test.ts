import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { craft, newRoles, publish, rootOf, targetsOf } from './notary-craft.ts';
import { basic, startServer, type TestServer } from './server.ts';

const PASSWORD = 'a-long-password-7';
const roles = ['reader', 'auditor', 'signer', 'publisher', 'maintainer', 'owner'] as const;
const people = ['anonymous', 'stranger', ...roles, 'administrator'] as const;
type Person = (typeof people)[number];

let server: TestServer;
let gun: string;
before(async () => {
  server = await startServer();
  gun = `${server.host}/shop/app`;
  const made = await newRoles(server, gun);
  const parts: [string, Uint8Array][] = [
    ['root', craft(rootOf(made), made.root[0]!)],
    ['targets', craft(targetsOf(), made.targets[0]!)],
  ];
  assert.equal((await publish(server, gun, parts)).status, 200);
  const admin = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await server.fetch(path, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${await answer.text()}`);
  };
  for (const name of ['stranger', ...roles]) await admin('POST', '/api/v1/accounts', { name, password: PASSWORD });
  for (const role of roles) await admin('PUT', `/api/v1/organisations/shop/grants/${role}`, { role });
});
after(() => server[Symbol.asyncDispose]());

function credentials(person: Person): string | null | undefined {
  if (person === 'anonymous') return null;
  return person === 'administrator' ? undefined : basic(person, PASSWORD);
}

/** A bearer token as docker asks for one: for the collection as it spells it, wider than most may have. */
async function token(person: Person, name: string): Promise<string> {
  const as = credentials(person);
  const path = `/token?service=x&scope=${encodeURIComponent(`repository:${name}:push,pull,*`)}`;
  const answer = await server.fetch(path, as === undefined ? {} : { as });
  return `Bearer ${((await answer.json()) as { token: string }).token}`;
}

/** Statuses from the least role that may, up; below it what is not seen is not there, and what is not allowed is 401. */
function statuses(ok: (typeof roles)[number], unseen: number): Record<Person, number> {
  const order: readonly Person[] = ['reader', 'auditor', 'signer', 'publisher', 'maintainer', 'owner', 'administrator'];
  const from = order.indexOf(ok);
  const held = Object.fromEntries(order.map((person, index) => [person, index >= from ? 200 : 401]));
  return { ...held, anonymous: 401, stranger: unseen } as Record<Person, number>;
}

const form = { method: 'POST', body: '--x--\r\n', headers: { 'content-type': 'multipart/form-data; boundary=x' } };

describe('content trust: every route × every role, by password and by token', () => {
  const routes: readonly [name: string, path: string, init: RequestInit, wanted: Record<Person, number>][] = [
    ['metadata', 'tuf/root.json', {}, statuses('reader', 404)],
    ['metadata by version', 'tuf/1.root.json', {}, statuses('reader', 404)],
    ['a timestamp', 'tuf/timestamp.json', {}, statuses('reader', 404)],
    ['the changefeed of a collection', 'changefeed?records=10', {}, statuses('reader', 404)],
    ['a key of the server', 'tuf/snapshot.key', {}, statuses('signer', 401)],
    ['a publish', 'tuf/', form, statuses('signer', 401)],
    ['a new key of the server', 'tuf/snapshot.key', { method: 'POST' }, statuses('maintainer', 404)],
  ];
  for (const [name, path, init, wanted] of routes)
    test(name, async () => {
      for (const person of people) {
        const as = credentials(person);
        const byPassword = await server.fetch(`/v2/${gun}/_trust/${path}`, {
          ...init,
          ...(as !== undefined && { as }),
        });
        assert.equal(byPassword.status, wanted[person], `${person}: ${await byPassword.text()}`);
        const bearer = await token(person, gun);
        const byToken = await server.fetch(`/v2/${gun}/_trust/${path}`, { ...init, as: bearer });
        // Who holds a token that does not cover it is sent for one that does.
        const expected = wanted[person] === 404 ? 401 : wanted[person];
        assert.equal(byToken.status, expected, `${person} with a token: ${await byToken.text()}`);
        if (byToken.status === 401) assert.match(byToken.headers.get('www-authenticate') ?? '', /^Bearer realm=/);
      }
    });

  test('the changefeed of all is for administrators', async () => {
    for (const person of people) {
      const as = credentials(person);
      const answer = await server.fetch('/v2/_trust/changefeed?records=1', as === undefined ? {} : { as });
      assert.equal(answer.status, person === 'administrator' ? 200 : 401, person);
    }
  });

  test('taking over and deleting are for maintainers', async () => {
    for (const person of people) {
      if (['maintainer', 'owner', 'administrator'].includes(person)) continue;
      const as = credentials(person)!;
      for (const [method, path] of [
        ['POST', 'import'],
        ['DELETE', 'tuf/'],
      ] as const) {
        const init = method === 'POST' ? form : { method };
        const answer = await server.fetch(`/v2/${gun}/_trust/${path}`, { ...init, as });
        assert.ok([401, 404].includes(answer.status), `${person} ${method}: ${answer.status} ${await answer.text()}`);
      }
    }
    assert.equal((await server.fetch(`/v2/${gun}/_trust/tuf/root.json`)).status, 200);
  });

  test('a token for one collection is none for another, nor for images', async () => {
    const bearer = await token('owner', gun);
    const other = `${server.host}/shop/other`;
    assert.equal((await server.fetch(`/v2/${other}/_trust/tuf/`, { ...form, as: bearer })).status, 401);
    const upload = await server.fetch('/v2/shop/app/blobs/uploads/', { method: 'POST', as: bearer });
    assert.equal(upload.status, 401);
    const image = await token('owner', 'shop/other');
    assert.equal((await server.fetch(`/v2/${gun}/_trust/tuf/`, { ...form, as: image })).status, 401);
  });

  test('a stranger sees no difference between a collection and none', async () => {
    for (const path of [
      'tuf/root.json',
      'tuf/timestamp.json',
      'tuf/snapshot.key',
      'changefeed?records=1',
      'metadata/1.root.json',
    ]) {
      const [there, absent] = await Promise.all(
        [gun, `${server.host}/shop/zzz`].map((name) =>
          server.fetch(`/v2/${name}/_trust/${path}`, { as: basic('stranger', PASSWORD) }),
        ),
      );
      assert.equal(there!.status, absent!.status, path);
      const [said, alike] = [await there!.text(), await absent!.text()];
      assert.equal(said.replaceAll('shop/app', 'NAME'), alike.replaceAll('shop/zzz', 'NAME'), path);
    }
  });

  test('a name of another server is no collection here', async () => {
    const foreign = 'registry.elsewhere.example:5000/shop/app';
    assert.equal((await server.fetch(`/v2/${foreign}/_trust/tuf/root.json`)).status, 404);
    const refused = await server.fetch(`/v2/${foreign}/_trust/tuf/`, form);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /INVALID_GUN/);
  });
});
