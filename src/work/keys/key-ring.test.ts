import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssayError } from '../../lib/error.ts';
import type { KeyStore, KeyStoreName, StoredKey } from '../../ports/key-store.ts';
import type { Passphrases } from '../../ports/passphrases.ts';
import { generateKey, publicHalf } from '../../trust/keys/algorithm.ts';
import type { KeyUse } from '../../trust/keys/private-key-file.ts';
import { softwareSigner } from '../../trust/keys/software-signer.ts';
import { canonicalKeyId } from '../../trust/tuf/notary/key.ts';
import { KeyRing } from './key-ring.ts';
import { weaknessOf } from './passphrase-strength.ts';

/** A store without files, which counts how often a key was opened. */
function memoryStore(name: KeyStoreName): KeyStore & { opened: number } {
  const keys = new Map<string, { stored: StoredKey; key: Parameters<KeyStore['add']>[0]; passphrase: string }>();
  const held = (id: string, passphrase: string) => {
    const found = keys.get(id);
    if (!found) throw new AssayError('key-unknown');
    if (found.passphrase !== passphrase) throw new AssayError('key-locked');
    return found;
  };
  return {
    name,
    location: name,
    opened: 0,
    list: async () => [...keys.values()].map(({ stored }) => stored),
    async open(id, passphrase) {
      const { key, stored } = held(id, passphrase);
      this.opened++;
      return { ...softwareSigner(key), stored };
    },
    read: async (id, passphrase) => held(id, passphrase).key,
    async add(key, use, passphrase) {
      const id = canonicalKeyId(publicHalf(key));
      const stored: StoredKey = {
        id,
        store: name,
        role: use.role,
        gun: use.gun,
        publicKey: publicHalf(key),
        algorithm: 'ecdsa-p256',
        createdAt: undefined,
        sealed: true,
        location: name,
        problem: undefined,
      };
      keys.set(id, { stored, key, passphrase });
      return stored;
    },
    reseal: async () => undefined,
    remove: async (id) => void keys.delete(id),
    sealedFile: async () => '',
    restore: async () => {
      throw new AssayError('unsupported');
    },
  };
}

function given(...passphrases: string[]): Passphrases {
  return {
    async *toOpen() {
      yield* passphrases;
    },
    toSeal: async () => passphrases[0]!,
    instead: () => '--passphrase-file',
  };
}

async function put(store: KeyStore, use: KeyUse, passphrase = 'p'): Promise<string> {
  return (await store.add(await generateKey('ecdsa-p256'), use, passphrase)).id;
}

test('signers are found by id and by role, for one collection, each opened once', async () => {
  const [own, docker] = [memoryStore('assay'), memoryStore('docker')];
  const root = await put(own, { role: 'root' });
  const targets = await put(docker, { role: 'targets', gun: 'a/b' });
  const other = await put(docker, { role: 'targets', gun: 'a/c' });
  const alice = await put(docker, { role: 'alice' });
  const ring = new KeyRing([own, docker], given('wrong', 'p'));
  const ids = async (wanted: string[], gun?: string) =>
    (await ring.openSigners({ wanted, ...(gun !== undefined && { gun }) })).map(({ stored }) => stored.id);
  assert.deepEqual(await ids(['targets'], 'a/b'), [targets]);
  assert.deepEqual(new Set(await ids(['targets'])), new Set([targets, other]));
  assert.deepEqual(await ids(['targets/alice', 'root'], 'a/b'), [root, alice]);
  assert.deepEqual(await ids([root, 'ff'.repeat(32)]), [root]);
  assert.deepEqual(await ids([alice.slice(0, 8)]), [alice]);
  assert.equal(own.opened, 1);
  assert.equal(docker.opened, 3);
});

test('what is missing is named, with what was looked through', async () => {
  const store = memoryStore('assay');
  const root = await put(store, { role: 'root' });
  const ring = new KeyRing([store], given('p'));
  await assert.rejects(ring.openSigners({ wanted: ['targets'], gun: 'a/b' }), {
    code: 'key-unknown',
    message: 'no key for targets of a/b in assay',
  });
  await assert.rejects(ring.openSigners({ wanted: [root, 'ff'.repeat(32)], need: 2 }), {
    code: 'key-unknown',
    message: /^1 of 2 keys/,
  });
  assert.equal(store.opened, 0);
});

test('a threshold is met and no key more is opened', async () => {
  const store = memoryStore('assay');
  for (let each = 0; each < 3; each++) await put(store, { role: 'root' });
  const ring = new KeyRing([store], given('p'));
  assert.equal((await ring.openSigners({ wanted: ['root'], need: 2 })).length, 2);
  assert.equal(store.opened, 2);
});

test('a wrong passphrase and none at all are different answers', async () => {
  const store = memoryStore('assay');
  await put(store, { role: 'root' });
  const wanted = ['root'];
  await assert.rejects(new KeyRing([store], given('x', 'y')).openSigners({ wanted }), {
    code: 'key-locked',
    message: /^wrong passphrase for the root key/,
  });
  await assert.rejects(new KeyRing([store], given()).openSigners({ wanted }), {
    code: 'usage-invalid',
    message: /use --passphrase-file$/,
  });
});

test('a generated key is kept and open', async () => {
  const store = memoryStore('assay');
  const ring = new KeyRing([store], given('a new passphrase'));
  const made = await ring.generate({ use: { role: 'targets', gun: 'a/b' } });
  const [again] = await ring.openSigners({ wanted: ['targets'], gun: 'a/b' });
  assert.equal(again, made);
});

test('weak passphrases are told apart from good ones', () => {
  for (const weak of ['', 'short', 'aaaaaaaaaaaaaa', 'abcdefghijklmn', '9876543210', 'ababababab'])
    assert.notEqual(weaknessOf(weak), undefined, weak);
  for (const good of ['correct horse battery', 'x9!kQ2-7pLm', 'пароль для ключа'])
    assert.equal(weaknessOf(good), undefined);
});
