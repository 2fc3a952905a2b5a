import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { argon2Passwords } from '../src/adapters/crypto/argon2-passwords.ts';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { openSignIn } from '../src/app/directories.ts';
import { endpoints } from '../src/contract/endpoints.ts';
import { isAssayError } from '../src/lib/error.ts';
import { newAccount } from '../src/work/access/new-account.ts';
import { addPerson, api, done, PASSWORD } from './access-client.ts';
import { basic, startServer } from './server.ts';

test('whoever guesses names learns nothing: one answer and the same work for every name that does not open', async () => {
  const database = await memoryDatabase();
  const argon = argon2Passwords();
  let derivations = 0;
  const passwords = {
    ...argon,
    verify: (password: string, hash: string | undefined) => {
      derivations++;
      return argon.verify(password, hash);
    },
  };
  const { signIn } = openSignIn(database, passwords, { now: () => 1000 });
  const passwordHash = await argon.hash(PASSWORD);
  const people: [string, object][] = [
    ['ann', {}],
    ['gone', { disabled: true }],
    ['shop+ci', { kind: 'robot', organisation: 'shop', passwordHash: '' }],
    ['coded', { secondFactor: true }],
    ['keyed', { passkeys: 1 }],
  ];
  await database.change(async ({ access }) => {
    for (const [name, more] of people)
      await access.createAccount(newAccount({ id: `id-${name}`, name, createdAt: 1, passwordHash, ...more }));
  });
  const answers = new Set<string>();
  for (const name of [...people.map(([each]) => each), 'nobody', '', 'a'.repeat(300)]) {
    derivations = 0;
    await assert.rejects(signIn.byPassword(name, 'not-the-password', `of ${name}`), (error) => {
      assert.ok(isAssayError(error));
      answers.add(`${error.code}: ${error.message}`);
      return true;
    });
    assert.equal(derivations, 1, name);
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  derivations = 0;
  await assert.rejects(signIn.byPassword('gone', PASSWORD, 'x'), (error) => isAssayError(error, 'credentials-invalid'));
  assert.equal(derivations, 1, 'the right password of a disabled account');
  await database.close();
});

test('first start without configuration: its own password, none that is known, and nothing for who is not signed in', async () => {
  const made: string[] = [];
  for (let start = 0; start < 2; start++) {
    await using server = await startServer({ adminPassword: undefined });
    const told = server.running.initialPassword;
    assert.ok(told && 'file' in told);
    const password = readFileSync(told.file, 'utf8').trim().split(/\s+/).at(-1) ?? '';
    assert.ok(password.length >= 16, 'long enough not to be guessed');
    made.push(password);
    assert.equal((await api(server, 'GET', '/status', undefined, basic('admin', password))).status, 200);
    for (const known of ['admin', 'Harbor12345', 'password', '']) {
      const answer = await server.fetch('/api/v1/status', { as: basic('admin', known) });
      assert.equal(answer.status, 401, known);
    }
    for (const path of ['/v2/', '/v2/_catalog', '/api/v1/status', '/api/v1/accounts', '/metrics', '/feeds/mine'])
      assert.equal((await server.fetch(path, { as: null })).status, 401, path);
    for (const path of ['/api/v1/repositories', '/api/v1/events', '/api/v1/search?q=a'])
      assert.doesNotMatch(await (await server.fetch(path, { as: null })).text(), /admin/, path);
    assert.equal((await server.fetch('/v2/a/b/blobs/uploads/', { as: null, method: 'POST' })).status, 401);
  }
  assert.notEqual(made[0], made[1]);
});

/** Bodies that are another's documents, read by their own rules, or lists. */
const FOREIGN = new Set(['acceptScan', 'makeClairIndex']);

test('mass assignment: every body refuses members that it does not name', () => {
  const open = endpoints
    .filter(({ id, body }) => body && !FOREIGN.has(id))
    .filter(({ body }) => {
      const issues = body?.safeParse({ 'not-named-anywhere': true }).error?.issues ?? [];
      return !issues.some((each) => each.code === 'unrecognized_keys' || each.code === 'invalid_union');
    })
    .map(({ id }) => id);
  assert.deepEqual(open, []);
});

test('nobody makes themselves an administrator', async () => {
  await using server = await startServer();
  await addPerson(server, 'ann');
  const tries: [string, string, object][] = [
    ['PATCH', '/accounts/ann', { administrator: true }],
    ['POST', '/accounts', { name: 'eve', password: PASSWORD, administrator: true }],
    ['PUT', '/me/password', { current: PASSWORD, password: 'another-password-1', administrator: true }],
    ['PUT', '/me/email', { email: 'a@b.example', administrator: true }],
    ['POST', '/me/tokens', { name: 'x', administrator: true }],
    ['POST', '/organisations', { name: 'mine' }],
  ];
  for (const [method, path, body] of tries)
    assert.ok([400, 403].includes((await api(server, method, path, body, 'ann')).status), path);
  assert.equal((await done(server, 'GET', '/me', undefined, 'ann'))['administrator'], false);
});

test('every class of attack in the documentation names a test that is there', () => {
  const page = readFileSync('docs/concepts/access.md', 'utf8');
  const table = page
    .slice(page.indexOf('## Attacks'))
    .split('\n')
    .filter((line) => line.startsWith('| '));
  assert.ok(table.length > 20);
  for (const row of table.filter((line) => !line.startsWith('| class'))) {
    const cell = row.split('|')[2] ?? '';
    for (const entry of cell.split(';')) {
      const [, file = '', name = ''] = /`([^`]+)`(?:: (.+))?$/.exec(entry.trim()) ?? [];
      assert.ok(file, row);
      assert.ok(readFileSync(file, 'utf8').includes(name.trim()), `${file} has no test ${name}`);
    }
  }
});
