import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { der, objectIdentifier, octetString, sequence } from '../../lib/der.ts';
import { isAssayError } from '../../lib/error.ts';
import { writePem } from '../../lib/pem.ts';
import { seeded } from '../../../test/archives.ts';
import { damage } from '../../../test/fuzz.ts';
import { generateKey, keyAlgorithms, publicHalf } from './algorithm.ts';
import { readKeyArchive, writeKeyArchive } from './key-archive.ts';
import { readOwnKeyFile, writeOwnKeyFile } from './own-key-file.ts';
import { readPrivateKeyFile, writePlainKeyFile, writeSealedKeyFile } from './private-key-file.ts';

const USE = { role: 'targets', gun: '127.0.0.1:5000/team/app' };
const CHEAP = { memoryKib: 64, passes: 1 };
const FAST = 2048;

test('a key in Notary’s form opens with its passphrase only, and says what it is for', async () => {
  const key = await generateKey('ecdsa-p256');
  const text = await writeSealedKeyFile(key, USE, 'a long passphrase', FAST);
  assert.match(
    text,
    /^-----BEGIN ENCRYPTED PRIVATE KEY-----\ngun: 127\.0\.0\.1:5000\/team\/app\nrole: targets\n\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END ENCRYPTED PRIVATE KEY-----\n$/,
  );
  const file = readPrivateKeyFile(text);
  assert.deepEqual([file.role, file.gun, file.sealed], ['targets', USE.gun, true]);
  assert.ok((await file.open('a long passphrase')).equals(key));
  await assert.rejects(file.open('another passphrase'), { code: 'key-locked' });
  await assert.rejects(file.open(), { code: 'key-locked' });
  // OpenSSL reads it without its headers: it is plain PKCS#8.
  const bare = text.replace(/gun:.*\nrole:.*\n\n/, '');
  assert.ok(createPrivateKey({ key: bare, passphrase: 'a long passphrase' }).equals(key));
});

test('keys of other tools: SEC 1, PKCS#1, PKCS#8, sealed by OpenSSL now and long ago', async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const cipher = 'aes-256-cbc';
  const sealed = { cipher, passphrase: 'p' };
  for (const [key, text] of [
    [ec, ec.export({ type: 'sec1', format: 'pem' })],
    [ec, ec.export({ type: 'pkcs8', format: 'pem' })],
    [rsa, rsa.export({ type: 'pkcs1', format: 'pem' })],
    [ec, ec.export({ type: 'pkcs8', format: 'pem', ...sealed })],
    [rsa, rsa.export({ type: 'pkcs1', format: 'pem', ...sealed })],
    [ec, `a comment\n${writePlainKeyFile(ec, { role: 'alice' })}`],
  ] as const) {
    const file = readPrivateKeyFile(text);
    assert.ok((await file.open('p')).equals(key));
    if (file.sealed) await assert.rejects(file.open('q'), { code: 'key-locked' });
  }
  assert.equal(readPrivateKeyFile(writePlainKeyFile(ec, { role: 'alice' })).role, 'alice');
});

test('keys that are of no use are refused with a reason', async () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
  for (const key of [small, curve]) {
    const file = readPrivateKeyFile(key.export({ type: 'pkcs8', format: 'pem' }));
    await assert.rejects(file.open(), { code: 'key-invalid', message: /1024 bits|secp256k1/ });
  }
  assert.throws(() => readPrivateKeyFile('no key'), { code: 'key-invalid' });
  assert.throws(() => readPrivateKeyFile('-----BEGIN PRIVATE KEY-----\nAAAA\n'), { code: 'key-invalid' });
  await assert.rejects(writeSealedKeyFile(curve, { role: 'a\nrole: root' }, 'x', FAST), { code: 'key-invalid' });
});

test('a key file cannot ask for more work than anybody would', async () => {
  const oid = objectIdentifier;
  const file = (count: string) => {
    const kdf = sequence(
      oid('1.2.840.113549.1.5.12'),
      sequence(octetString(Buffer.alloc(8)), der(0x02, Buffer.from(count, 'hex'))),
    );
    const cipher = sequence(oid('2.16.840.1.101.3.4.1.42'), octetString(Buffer.alloc(16)));
    const scheme = sequence(oid('1.2.840.113549.1.5.13'), sequence(kdf, cipher));
    return readPrivateKeyFile(writePem('ENCRYPTED PRIVATE KEY', sequence(scheme, octetString(Buffer.alloc(32)))));
  };
  await assert.rejects(file('0800').open('p'), { code: 'key-locked' });
  for (const count of ['7fffffff', '00ffffffff', '01ffffff', '00', '80000000'])
    await assert.rejects(file(count).open('p'), { code: 'key-invalid' });
});

test('our own form shows everything but the private half, and none of it can be edited', async () => {
  for (const algorithm of keyAlgorithms) {
    const key = await generateKey(algorithm);
    const text = await writeOwnKeyFile(key, USE, 'a long passphrase', 1_900_000_000_000, CHEAP);
    const file = readOwnKeyFile(text);
    assert.equal(file.algorithm, algorithm);
    assert.deepEqual([file.role, file.gun, file.createdAt], ['targets', USE.gun, 1_900_000_000_000]);
    assert.ok(file.publicKey.equals(publicHalf(key)));
    assert.ok((await file.open('a long passphrase')).equals(key));
    await assert.rejects(file.open('a long passphrasf'), { code: 'key-locked' });
    const edited = readOwnKeyFile(text.replace('"targets"', '"root"'));
    await assert.rejects(edited.open('a long passphrase'), { code: 'key-locked' });
  }
});

test('our own form asks for no more memory than the limit, and is one document', async () => {
  const text = await writeOwnKeyFile(await generateKey('ed25519'), USE, 'p', 0, CHEAP);
  for (const bad of [
    text.replace('"memoryKib": 64', '"memoryKib": 99999999'),
    text.replace('"passes": 1', '"passes": 100000'),
    text.replace('"role"', '"role": "root", "role"'),
    text.replace('assay-key-1', 'assay-key-9'),
    text.slice(0, -20),
    '{}',
  ])
    assert.throws(() => readOwnKeyFile(bad), { code: 'key-invalid' });
});

test('damaged key files give coded errors', async () => {
  const key = await generateKey('ecdsa-p256');
  const random = seeded(7);
  const forms = [
    { text: await writeSealedKeyFile(key, USE, 'p', 10), read: readPrivateKeyFile },
    { text: writePlainKeyFile(key, USE), read: readPrivateKeyFile },
    { text: await writeOwnKeyFile(key, USE, 'p', 0, { memoryKib: 8, passes: 1 }), read: readOwnKeyFile },
  ];
  let opened = 0;
  for (const { text, read } of forms)
    for (let round = 0; round < 400; round++) {
      const bad = damage(Buffer.from(text), random).toString('latin1');
      // A damaged count of iterations may be high and still lawful.
      try {
        const cheap = !/"memoryKib": [^8]|"memoryKib": 8\d/.test(bad);
        const file = read(bad);
        if (cheap && (await file.open('p')).equals(key)) opened++;
      } catch (error) {
        assert.ok(isAssayError(error, 'key-invalid', 'key-locked'), String(error));
      }
    }
  assert.ok(opened < 600, `${opened} opened`);
});

test('a backup of keys opens with its passphrase only, and damage to it gives coded errors', async () => {
  const keys = [{ store: 'assay', id: 'ab'.repeat(32), file: 'the sealed key' }] as const;
  const text = await writeKeyArchive(keys, 'p', 1_900_000_000_000, { memoryKib: 8, passes: 1 });
  assert.deepEqual(await readKeyArchive(text, 'p'), keys);
  assert.ok(!text.includes(keys[0].id));
  await assert.rejects(readKeyArchive(text, 'q'), { code: 'key-locked' });
  await assert.rejects(readKeyArchive(text.replace('"keys":1', '"keys":2'), 'p'), { code: 'key-locked' });
  const random = seeded(3);
  for (let round = 0; round < 300; round++) {
    const bad = damage(Buffer.from(text), random).toString('latin1');
    if (/"memoryKib":(?!8,)|"passes":(?!1,)/.test(bad)) continue;
    try {
      assert.deepEqual(await readKeyArchive(bad, 'p'), keys);
    } catch (error) {
      assert.ok(isAssayError(error, 'key-invalid', 'key-locked'), String(error));
    }
  }
});
