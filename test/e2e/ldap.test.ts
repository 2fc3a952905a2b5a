import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openLdapDirectory } from '../../src/adapters/ldap/ldap-directory.ts';
import { ldapSettings } from '../../src/access/directory-settings.ts';
import { isAssayError } from '../../src/lib/error.ts';
import { addPerson, api, askToken, done, PASSWORD } from '../access-client.ts';
import { call, imageManifest, putManifest } from '../conformance/registry-client.ts';
import { basic, startServer, type TestServer } from '../server.ts';
import {
  BASE,
  type LdapServer,
  PERSON_PASSWORD,
  SERVICE_DN,
  SERVICE_PASSWORD,
  startLdapServer,
} from './ldap-server.ts';

let ldap: LdapServer;
let server: TestServer;

before(async () => {
  ldap = await startLdapServer();
  server = await startServer();
  await putManifest(server, 'shop/app', '1', await imageManifest(server, 'shop/app'));
  await done(server, 'POST', '/organisations/shop/teams', { name: 'crew' });
  await done(server, 'PUT', '/repositories/shop%2Fapp/grants/team:crew', { role: 'publisher' });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await ldap[Symbol.asyncDispose]();
});

const settingsOf = (extra: object = {}) => ({
  kind: 'ldap' as const,
  urls: [ldap.secure],
  ca: ldap.ca,
  bindDn: SERVICE_DN,
  baseDn: `ou=people,${BASE}`,
  groupBaseDn: `ou=groups,${BASE}`,
  groups: [{ group: `cn=outer, ou=groups,${BASE.toUpperCase()}`, team: 'shop/crew' }],
  ...extra,
});
const open = (extra: object = {}, secret = SERVICE_PASSWORD) =>
  openLdapDirectory(ldapSettings.parse(settingsOf(extra)), secret);
const as = (name: string, password = PERSON_PASSWORD) => basic(name, password);

describe('the directory itself', () => {
  test('LDAPS and StartTLS with the authority; without it nobody is asked for a password', async () => {
    for (const extra of [{}, { urls: [ldap.plain], startTls: true }]) {
      const person = await open(extra).check('ann', PERSON_PASSWORD);
      assert.ok(typeof person === 'object', JSON.stringify(extra));
      assert.equal(person.name, 'ann');
      assert.equal(person.email, 'ann@example.org');
      assert.match(person.externalId, /^[0-9a-f]{8}-/);
      await assert.rejects(
        open({ ...extra, ca: undefined }).check('ann', PERSON_PASSWORD),
        (error) => isAssayError(error, 'directory-unreachable') && /authority that is not known/.test(error.message),
      );
    }
  });

  test('plain ldap:// to another machine is not a setting', () => {
    assert.equal(ldapSettings.safeParse(settingsOf({ urls: ['ldap://ldap.example.org'] })).success, false);
    assert.equal(
      ldapSettings.safeParse(settingsOf({ urls: ['ldap://ldap.example.org'], startTls: true })).success,
      true,
    );
    assert.equal(ldapSettings.safeParse(settingsOf({ urls: ['ldaps://ldap.example.org'] })).success, true);
  });

  test('groups of groups are found, rings end, plain membership is told apart', async () => {
    const groups = async (name: string, nested: string) => {
      const person = await open({ nested }).check(name, PERSON_PASSWORD);
      assert.ok(typeof person === 'object');
      return person.groups.filter((each) => !each.includes('=')).sort();
    };
    assert.deepEqual(await groups('ann', 'recursive'), ['inner', 'middle', 'outer']);
    assert.deepEqual(await groups('ann', 'none'), ['inner']);
    assert.deepEqual(await groups('bob', 'recursive'), ['direct']);
    assert.equal((await groups('eve', 'none')).length, 620, 'more than one page');
  });

  test('wrong, empty and null passwords; names that are not there, or there twice', async () => {
    assert.equal(await open().check('ann', 'wrong'), 'wrong');
    assert.equal(await open().check('ann', ''), 'wrong', 'a bind without a password would succeed');
    assert.equal(await open().check('ann', '\0'), 'wrong');
    assert.equal(await open().check('nobody', PERSON_PASSWORD), 'unknown');
    assert.equal(await open().check('', PERSON_PASSWORD), 'unknown');
    await assert.rejects(open({ baseDn: BASE }).check('twin', PERSON_PASSWORD), (error) =>
      isAssayError(error, 'directory-refused'),
    );
  });

  test('names that try to be filters find nobody else', async () => {
    const attacks = [
      '*',
      'a*',
      'ann*',
      'ann)(uid=*',
      'ann)(|(uid=*',
      '*)(objectClass=*',
      '*))(|(uid=*',
      'ann)(&',
      'ann\\2a',
      '\\2a',
      'ann\\00',
      'ann\0',
      'x)(userPassword=*',
      'ann,ou=people,dc=example,dc=org',
      '(uid=ann)',
      '&(uid=ann)',
      '!(uid=ann)',
      'ann)(!(uid=bob)',
      'admin)(!(&(1=0',
      'ａｎｎ',
      'ann\n',
      'a'.repeat(300),
    ];
    for (const name of attacks)
      assert.equal(await open().check(name, PERSON_PASSWORD), 'unknown', JSON.stringify(name));
    for (const name of ['star*name', 'paren(x)']) {
      const person = await open().check(name, PERSON_PASSWORD);
      assert.ok(typeof person === 'object' && person.name === name, `${name} is found by its own name`);
    }
    const accounts = await done<{ items: { name: string }[] }>(server, 'GET', '/accounts');
    assert.deepEqual(
      accounts.items.map((each) => each.name),
      ['admin'],
    );
  });

  test('the next address is asked when the first does not answer; the test says what is wrong', async () => {
    const person = await open({ urls: ['ldaps://127.0.0.1:1', ldap.secure] }).check('ann', PERSON_PASSWORD);
    assert.ok(typeof person === 'object');
    const test = async (extra: object, secret?: string) => (await open(extra, secret).test('ann')).at(-1);
    assert.match((await test({}))?.detail ?? '', /uid=ann.*mail ann@example.org.*groups .*outer/);
    assert.match((await test({ urls: ['ldaps://127.0.0.1:1'] }))?.detail ?? '', /nothing listens there/);
    assert.match((await test({}, 'wrong'))?.detail ?? '', /refuses the password of cn=service/);
    assert.match((await test({ baseDn: `ou=none,${BASE}` }))?.detail ?? '', /NoSuchObject|nobody of that name/);
  });
});

describe('accounts that the directory vouches for', () => {
  let id: string;

  before(async () => {
    await addPerson(server, 'bob');
    const made = await done<{ id: string }>(server, 'POST', '/directories', {
      name: 'company',
      settings: settingsOf(),
      secret: SERVICE_PASSWORD,
    });
    id = made.id;
  });

  test('docker login with the directory’s password; nested groups are teams', async () => {
    const { status, scope } = await askToken(server, as('ann'), 'repository:shop/app:pull,push');
    assert.deepEqual([status, scope], [200, 'repository:shop/app:pull,push']);
    const { items } = await done<{ items: { account: string; sources: string[] }[] }>(
      server,
      'GET',
      '/organisations/shop/teams/crew/members',
    );
    assert.deepEqual(items, [{ account: 'ann', sources: [id] }]);
    const session = await api(server, 'POST', '/session', { name: 'ann', password: PERSON_PASSWORD });
    assert.equal(session.status, 200);
    const eve = await askToken(server, as('eve'), 'repository:shop/app:pull');
    assert.deepEqual([eve.status, eve.scope], [200, ''], 'eve is somebody and may nothing');
  });

  test('a directory never takes over an account that is here, nor an account here the directory’s', async () => {
    assert.equal((await askToken(server, as('admin'), '')).status, 401, 'the directory’s admin is not ours');
    assert.equal((await askToken(server, as('bob'), '')).status, 401);
    assert.equal((await askToken(server, basic('bob', PASSWORD), '')).status, 200);
    assert.equal((await askToken(server, basic('ann', PASSWORD), '')).status, 401);
  });

  test('wrong and empty passwords, unknown names: one answer', async () => {
    const answers = await Promise.all(
      [as('ann', 'wrong'), as('ann', ''), as('nobody-at-all', 'x'), as('bob', 'wrong')].map(async (authorisation) => {
        const answer = await server.fetch('/token?service=x', { as: authorisation });
        return [answer.status, await answer.text()];
      }),
    );
    for (const each of answers) assert.deepEqual(each, answers[0]);
    assert.equal(answers[0]?.[0], 401);
  });

  test('who leaves the group notices at the next token, with a token of ours too', async () => {
    const made = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'ci' }, as('ann'));
    const pat = basic('ann', made.secret);
    const wanted = 'repository:shop/app:pull,push';
    assert.equal((await askToken(server, pat, wanted)).scope, wanted);
    await ldap.modify(
      `dn: cn=inner,ou=groups,${BASE}\nchangetype: modify\nreplace: member\nmember: uid=eve,ou=people,${BASE}\n`,
    );
    assert.equal((await askToken(server, pat, wanted)).scope, '');
    assert.equal((await askToken(server, as('ann'), wanted)).scope, '');
    await ldap.modify(
      `dn: cn=inner,ou=groups,${BASE}\nchangetype: modify\nreplace: member\nmember: uid=ann,ou=people,${BASE}\n`,
    );
    assert.equal((await askToken(server, pat, wanted)).scope, wanted, 'and is back at the next');
    await ldap.modify(
      `dn: uid=ann,ou=people,${BASE}\nchangetype: modify\nreplace: userPassword\nuserPassword: another-1\n`,
    );
    assert.equal((await askToken(server, as('ann'), wanted)).status, 401, 'an old password is not remembered');
    assert.equal((await askToken(server, as('ann', 'another-1'), wanted)).status, 200);
  });

  test('out of reach: said so, and nobody signs in', async () => {
    const made = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'x' }, as('ann', 'another-1'));
    await ldap.stop();
    for (const authorisation of [as('ann', 'another-1'), as('stranger', 'x'), basic('ann', made.secret)]) {
      const answer = await server.fetch('/token?service=x&scope=repository:shop/app:pull', { as: authorisation });
      assert.equal(answer.status, 503);
      assert.match(await answer.text(), /directory cannot be used/);
    }
    assert.equal((await call(server, 'GET', '/v2/', {})).status, 200, 'accounts of this house go on');
    await ldap.start();
    assert.equal((await askToken(server, as('ann', 'another-1'), '')).status, 200);
  });

  test('who is deleted there is nobody here; a directory that goes takes its accounts with it', async () => {
    const made = await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'y' }, as('eve'));
    await ldap.modify(`dn: uid=eve,ou=people,${BASE}\nchangetype: delete\n`);
    assert.equal((await askToken(server, basic('eve', made.secret), '')).status, 401);
    await done(server, 'DELETE', `/directories/${id}`);
    assert.equal((await askToken(server, as('ann', 'another-1'), '')).status, 401);
  });

  test('a kept secret is sent to no other server, and shown to nobody', async () => {
    const made = await done<{ id: string; hasSecret: boolean }>(server, 'POST', '/directories', {
      name: 'again',
      settings: settingsOf(),
      secret: SERVICE_PASSWORD,
    });
    assert.equal(made.hasSecret, true);
    const good = await api<{ steps: { ok: boolean }[] }>(server, 'POST', '/directory-test', {
      id: made.id,
      settings: settingsOf(),
    });
    assert.ok(good.value.steps.every((each) => each.ok));
    const elsewhere = await api<{ steps: { ok: boolean; detail: string }[] }>(server, 'POST', '/directory-test', {
      id: made.id,
      settings: settingsOf({ urls: [ldap.secure.replace('127.0.0.1', 'localhost')] }),
    });
    assert.match(elsewhere.value.steps[0]?.detail ?? '', /no password for it/);
    for (const path of ['/directories', '/events?limit=1000', '/audit'])
      assert.doesNotMatch((await api(server, 'GET', path)).text, new RegExp(SERVICE_PASSWORD));
  });
});
