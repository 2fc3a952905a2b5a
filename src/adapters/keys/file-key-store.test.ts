import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keyStoreContract } from '../../../test/contracts/key-store.ts';
import { systemClock } from '../../lib/clock.ts';
import { generateKey } from '../../trust/keys/algorithm.ts';
import { writePlainKeyFile } from '../../trust/keys/private-key-file.ts';
import { FileKeyStore, type KeyFileForm } from './file-key-store.ts';
import { notaryForm, ownForm } from './forms.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-keys-'));
after(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const own = ownForm(systemClock, { memoryKib: 64, passes: 1 });

function open(form: KeyFileForm): FileKeyStore {
  return new FileKeyStore(form, join(root, String(count++), 'private'));
}

keyStoreContract('own store', () => open(own));
keyStoreContract('docker’s store', () => open(notaryForm('docker', 2048)));
keyStoreContract('notary’s store', () => open(notaryForm('notary', 2048)));

test('files are for their owner alone, and a key that others can read is not used', async () => {
  for (const form of [own, notaryForm('docker', 2048)]) {
    const store = open(form);
    const { id, location } = await store.add(await generateKey('ecdsa-p256'), { role: 'root' }, 'p');
    assert.equal(statSync(location).mode & 0o777, 0o600);
    assert.equal(statSync(store.location).mode & 0o777, 0o700);
    assert.equal(readdirSync(store.location).length, 1);
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(location, mode);
      for (const use of [
        () => store.open(id, 'p'),
        () => store.read(id, 'p'),
        () => store.reseal(id, 'p', 'q'),
        () => store.sealedFile(id),
      ])
        await assert.rejects(use, { code: 'key-exposed', message: /chmod 600/ });
      assert.match((await store.list())[0]!.problem ?? '', /others can read/);
    }
  }
});

test('a file under another key’s name, a broken one and strangers do not harm the list', async () => {
  const store = open(notaryForm('docker', 2048));
  const { id } = await store.add(await generateKey('ecdsa-p256'), { role: 'root' }, 'p');
  const other = 'ab'.repeat(32);
  const text = writePlainKeyFile(await generateKey('ecdsa-p256'), { role: 'alice' });
  writeFileSync(join(store.location, `${other}.key`), text, { mode: 0o600 });
  writeFileSync(join(store.location, `${'cd'.repeat(32)}.key`), 'not a key', { mode: 0o600 });
  writeFileSync(join(store.location, 'README'), 'hello');
  const listed = await store.list();
  assert.deepEqual(
    listed.map((key) => [key.id.slice(0, 2), key.role, key.sealed, key.problem !== undefined]).sort(),
    [
      ['ab', 'alice', false, false],
      ['cd', '', true, true],
      [id.slice(0, 2), 'root', true, false],
    ].sort(),
  );
  await assert.rejects(store.open(other, ''), { code: 'key-invalid', message: /another key/ });
});

test('docker’s and notary’s stores take no Ed25519 keys, ours does', async () => {
  const key = await generateKey('ed25519');
  await assert.rejects(open(notaryForm('docker')).add(key, { role: 'alice' }, 'p'), { code: 'key-invalid' });
  const store = open(own);
  const { id } = await store.add(key, { role: 'alice' }, 'p');
  assert.equal((await (await store.open(id, 'p')).sign(Buffer.from('x'))).length, 64);
});
