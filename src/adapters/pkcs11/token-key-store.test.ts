import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { after, test } from 'node:test';
import { softToken, TOKEN_LABEL, TOKEN_PIN, withoutToken } from '../../../test/soft-token.ts';
import { checkSignature } from '../../trust/keys/public-key.ts';
import { issueRootCertificate } from '../../trust/keys/root-certificate.ts';
import { canonicalKeyId } from '../../trust/tuf/notary/key.ts';
import { TokenKeyStore } from './token-key-store.ts';

const token = withoutToken === false ? softToken() : undefined;
token?.add('second');
if (token) Object.assign(process.env, token.environment);
after(() => token?.[Symbol.dispose]());
const skip = withoutToken;
const open = () => new TokenKeyStore(token!.module, TOKEN_LABEL);

test('keys are made on a token, listed without its PIN, and sign there', { skip }, async () => {
  const store = open();
  assert.deepEqual(await store.list(), []);
  const root = await store.generate({ role: 'root' }, 'ecdsa-p256', TOKEN_PIN);
  const targets = await store.generate({ role: 'targets', gun: 'a.example/app' }, 'rsa-3072', TOKEN_PIN);
  const listed = await open().list();
  assert.deepEqual(listed.map(({ role, gun, algorithm, store }) => [role, gun, algorithm, store]).sort(), [
    ['root', undefined, 'ecdsa-p256', 'pkcs11'],
    ['targets', 'a.example/app', 'rsa-3072', 'pkcs11'],
  ]);
  const data = Buffer.from('what is signed');
  const opened = await open().open(root.stored.id, TOKEN_PIN);
  const signature = await opened.sign(data);
  assert.equal(signature.length, 64);
  assert.ok(checkSignature(root.publicKey, 'ecdsa-raw', data, signature));
  assert.ok(!checkSignature(root.publicKey, 'ecdsa-raw', Buffer.from('another'), signature));
  assert.ok(checkSignature(targets.publicKey, 'rsa-pss-sha256', data, await targets.sign(data)));
  assert.equal(canonicalKeyId(root.publicKey), root.stored.id);
  for (const each of [root, targets]) {
    const certificate = new X509Certificate(await issueRootCertificate(each, 'a.example/app', Date.now()));
    assert.ok(certificate.verify(each.publicKey));
  }
});

test('a wrong PIN, an unknown key, a missing token and a missing module are different answers', { skip }, async () => {
  const store = open();
  const [key] = await store.list();
  await assert.rejects(store.open('0'.repeat(64), TOKEN_PIN), { code: 'key-unknown' });
  await assert.rejects(new TokenKeyStore(token!.module, 'no such').list(), {
    code: 'token-failed',
    message: /there are: .*assay test/,
  });
  await assert.rejects(new TokenKeyStore('/no/such/module.so', undefined).list(), {
    code: 'token-failed',
    message: /cannot load/,
  });
  await assert.rejects(new TokenKeyStore('/lib/x86_64-linux-gnu/libc.so.6', undefined).list(), {
    code: 'token-failed',
  });
  await assert.rejects(store.read(), { code: 'unsupported' });
  await assert.rejects(store.sealedFile(), { code: 'unsupported' });
  await assert.rejects(store.generate({ role: 'x' }, 'ed25519', TOKEN_PIN), { code: 'key-invalid' });
  await assert.rejects(store.remove(key!.id), { code: 'key-locked' });
});

test('keys of other tools are found by their id; a removed key is gone', { skip }, async () => {
  const pkcs11Tool = (...args: string[]) =>
    execFileSync(
      'pkcs11-tool',
      ['--module', token!.module, '--token-label', TOKEN_LABEL, '--login', '--pin', TOKEN_PIN, ...args],
      { stdio: 'pipe' },
    );
  pkcs11Tool('--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'made elsewhere', '--id', '77');
  pkcs11Tool('--keypairgen', '--key-type', 'EC:secp384r1', '--label', 'not for us', '--id', '78');
  const store = open();
  const others = (await store.list()).filter(({ role }) => role === '');
  assert.deepEqual(
    others.map(({ algorithm }) => algorithm),
    ['ecdsa-p256'],
  );
  const opened = await store.open(others[0]!.id, TOKEN_PIN);
  const data = Buffer.from('x');
  assert.ok(checkSignature(opened.publicKey, 'ecdsa-raw', data, await opened.sign(data)));
  await store.remove(others[0]!.id, TOKEN_PIN);
  assert.ok((await store.list()).every(({ role }) => role !== ''));
});

test('with several tokens, one must be named to make a key', { skip }, async () => {
  await assert.rejects(
    new TokenKeyStore(token!.module, undefined).generate({ role: 'root' }, 'ecdsa-p256', TOKEN_PIN),
    {
      code: 'usage-invalid',
      message: /name one with --token/,
    },
  );
  const second = new TokenKeyStore(token!.module, 'second');
  await assert.rejects(second.generate({ role: 'root' }, 'ecdsa-p256', '000000'), { code: 'key-locked' });
  const made = await second.generate({ role: 'root' }, 'ecdsa-p256', TOKEN_PIN);
  assert.match(made.stored.location, /\(second\)$/);
  assert.equal((await second.list()).length, 1);
});
