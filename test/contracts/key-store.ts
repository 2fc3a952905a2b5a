import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { test } from 'node:test';
import type { KeyStore } from '../../src/ports/key-store.ts';
import { generateKey, publicHalf } from '../../src/trust/keys/algorithm.ts';
import { canonicalKeyId } from '../../src/trust/tuf/notary/key.ts';

const USE = { role: 'targets', gun: 'registry.example/team/app' };

/** What every key store of files must do; `open` makes an empty one. */
export function keyStoreContract(name: string, open: () => KeyStore): void {
  test(`${name}: a key is added, listed, opened, resealed, backed up, removed and restored`, async () => {
    const store = open();
    assert.deepEqual(await store.list(), []);
    const key = await generateKey('ecdsa-p256');
    const id = canonicalKeyId(publicHalf(key));
    const added = await store.add(key, USE, 'first passphrase');
    assert.equal(added.id, id);
    assert.deepEqual(await store.list(), [added]);
    assert.deepEqual([added.role, added.gun, added.problem, added.sealed], ['targets', USE.gun, undefined, true]);
    await assert.rejects(store.add(key, USE, 'x'), { code: 'already-exists' });
    await assert.rejects(store.open(id, 'wrong'), { code: 'key-locked' });
    await assert.rejects(store.open('0'.repeat(64), 'wrong'), { code: 'key-unknown' });

    const opened = await store.open(id, 'first passphrase');
    const data = Buffer.from('what is signed');
    const signature = await opened.sign(data);
    assert.equal(signature.length, 64);
    assert.ok(verify('sha256', data, { key: publicHalf(key), dsaEncoding: 'ieee-p1363' }, signature));
    assert.ok((await store.read(id, 'first passphrase')).equals(key));

    await assert.rejects(store.reseal(id, 'wrong', 'second passphrase'), { code: 'key-locked' });
    await store.open(id, 'first passphrase');
    await store.reseal(id, 'first passphrase', 'second passphrase');
    await assert.rejects(store.open(id, 'first passphrase'), { code: 'key-locked' });
    const again = await store.open(id, 'second passphrase');
    assert.deepEqual([again.stored.role, again.stored.gun], ['targets', USE.gun]);

    const sealed = await store.sealedFile(id);
    assert.equal((await store.restore(id, sealed)).id, id);
    await store.remove(id);
    assert.deepEqual(await store.list(), []);
    await assert.rejects(store.remove(id), { code: 'key-unknown' });
    await store.restore(id, sealed);
    assert.ok((await store.read(id, 'second passphrase')).equals(key));
    await store.reseal(id, 'second passphrase', 'third passphrase');
    await assert.rejects(store.restore(id, sealed), { code: 'already-exists' });
    await assert.rejects(store.restore('../escape', sealed), { code: 'key-invalid' });
  });
}
