import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSigner } from '../../tuf/keys.ts';
import { TestClient } from '../../tuf/client.ts';
import { Tuf1Repository } from '../../tuf/repository.ts';

async function fresh() {
  const repository = await Tuf1Repository.create();
  return { repository, client: new TestClient(repository) };
}

test('two signatures do not meet a threshold of three', async () => {
  const { repository, client } = await fresh();
  repository.root.roles['snapshot']!.threshold = 3;
  repository.addKey('snapshot', newSigner());
  repository.addKey('snapshot', newSigner());
  await repository.publish('root', 'targets', 'snapshot', 'timestamp');
  await client.refresh();
  repository.signers.get('snapshot')!.pop();
  await repository.publish('targets', 'snapshot', 'timestamp');
  assert.equal(await client.refuses('trust-threshold'), 'valid signatures did not meet threshold for snapshot');
  assert.equal(client.version('snapshot'), 2);
});

test('a threshold above the number of keys is accepted in a root and never met', async () => {
  const { repository, client } = await fresh();
  for (let count = 0; count < 4; count++) repository.addKey('snapshot', newSigner());
  repository.root.roles['snapshot']!.threshold = 6;
  await repository.publish('root', 'snapshot', 'timestamp');
  await client.refuses('trust-threshold');
  assert.deepEqual(client.trusted(), { root: 2, timestamp: 2 });
});

test('one key listed many times does not count many times', async () => {
  const { repository, client } = await fresh();
  const id = repository.addKey('snapshot', newSigner());
  for (let count = 0; count < 8; count++) repository.root.roles['snapshot']!.keyids.push(id);
  repository.root.roles['snapshot']!.threshold = 6;
  await repository.publish('root', 'snapshot', 'timestamp');
  repository.tamper('snapshot', ({ signatures }) => {
    for (let count = 0; count < 8; count++) signatures.push(signatures.at(-1)!);
  });
  await client.refuses('trust-metadata-invalid');
  assert.equal(client.version('snapshot'), undefined);
});

test('one key under two ids counts once', async () => {
  const { repository, client } = await fresh();
  const signer = repository.signers.get('snapshot')![0]!;
  const role = repository.root.roles['snapshot']!;
  repository.root.keys['another-name'] = repository.root.keys[role.keyids[0]!]!;
  role.keyids.push('another-name');
  role.threshold = 2;
  await repository.publish('root', 'snapshot', 'timestamp');
  repository.tamper('snapshot', ({ signatures }) => {
    signatures.push({ keyid: 'another-name', sig: signatures[0]!.sig });
  });
  assert.equal(signer.publicKey.asymmetricKeyType, 'ec');
  await client.refuses('trust-threshold');
});

test('two signatures with one key id make a file invalid, even when one would do', async () => {
  const { repository, client } = await fresh();
  repository.tamper('snapshot', ({ signatures }) => signatures.push(signatures[0]!));
  await client.refuses('trust-metadata-invalid');
  assert.equal(client.version('snapshot'), undefined);
});

const signatureLengths = { rsa: 256, ecdsa: 70, ed25519: 64 } as const;
for (const kind of ['rsa', 'ecdsa', 'ed25519'] as const) {
  test(`${kind} keys sign; a signature that only looks like one does not`, async () => {
    const { repository, client } = await fresh();
    const id = repository.addKey('root', newSigner(kind));
    repository.root.roles['root']!.threshold = 2;
    await repository.publish('root');
    await client.refresh();
    assert.equal(client.version('root'), 2);
    await repository.publish('root');
    repository.tamper('root', ({ signatures }) => {
      const own = signatures.find((each) => each.keyid === id)!;
      assert.ok(own.sig.length / 2 <= signatureLengths[kind] + 2);
      own.sig = 'b1'.repeat(signatureLengths[kind]);
    });
    await client.refuses('trust-threshold');
    assert.equal(client.version('root'), 2);
  });
}

test('invalid, empty and unreadable signatures beside enough valid ones do not matter', async () => {
  const { repository, client } = await fresh();
  repository.addKey('timestamp', newSigner());
  await repository.publish('root');
  for (const bad of ['30'.repeat(70), '', 'not hex at all']) {
    await repository.publish('timestamp');
    repository.tamper('timestamp', ({ signatures }) => {
      signatures[0]!.sig = bad;
    });
    await client.refresh();
  }
  assert.equal(client.version('timestamp'), 4);
});

test('keys of a kind nobody knows are kept aside: the role is met by the others', async () => {
  const { repository, client } = await fresh();
  const role = repository.root.roles['timestamp']!;
  repository.root.keys['post-quantum'] = { keytype: 'ml-dsa', scheme: 'ml-dsa-44', keyval: { public: 'AAAA' } };
  role.keyids.push('post-quantum');
  await repository.publish('root', 'timestamp');
  await client.refresh();
  role.threshold = 2;
  await repository.publish('root', 'timestamp');
  await client.refuses('trust-threshold');
});

test('a key under the scheme of another kind never verifies', async () => {
  const { repository, client } = await fresh();
  const id = repository.root.roles['timestamp']!.keyids[0]!;
  repository.root.keys[id] = { ...repository.root.keys[id]!, scheme: 'rsassa-pss-sha256', keytype: 'rsa' };
  await repository.publish('root', 'timestamp');
  await client.refuses('trust-threshold');
});

test('the key forms of older tools are read: P-256 in hex, other key types under the same scheme', async () => {
  const { repository, client } = await fresh();
  const signer = repository.signers.get('timestamp')![0]!;
  const id = repository.root.roles['timestamp']!.keyids[0]!;
  const point = signer.publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('hex');
  repository.root.keys[id] = {
    keytype: 'ecdsa-sha2-nistp256',
    scheme: 'ecdsa-sha2-nistp256',
    keyval: { public: point },
  };
  repository.root.spec_version = '1.0';
  await repository.publish('root', 'timestamp');
  await client.refresh();
  assert.equal(client.version('timestamp'), 2);
});

/** Versions of one role: keys by number, the threshold, who signs; `refused` when the last must not be taken. */
interface Rotation {
  readonly name: string;
  readonly steps: readonly (readonly [keys: number[], threshold: number, signers: number[]])[];
  readonly refused?: true;
}

const rootRotations: readonly Rotation[] = [
  {
    name: '1 of 1, rotated',
    steps: [
      [[1], 1, [1]],
      [[2], 1, [2, 1]],
      [[2], 1, [2]],
    ],
  },
  {
    name: '1 of 1, rotated, foreign signatures beside',
    steps: [
      [[1], 1, [3, 1, 4]],
      [[2], 1, [3, 2, 1, 4]],
      [[2], 1, [3, 2, 4]],
    ],
  },
  {
    name: '3 of 5 by changing signers',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[0, 1, 2, 3, 4], 3, [0, 4, 1]],
      [[0, 1, 2, 3, 4], 3, [0, 1, 3]],
      [[0, 1, 2, 3, 4], 3, [0, 1, 3]],
    ],
  },
  {
    name: '3 of 5, one key replaced',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[0, 1, 3, 4, 5], 3, [0, 4, 1]],
    ],
  },
  {
    name: '3 of 5, one key replaced with a step between',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[0, 1, 3, 4, 5], 3, [0, 2, 4, 5]],
      [[0, 1, 3, 4, 5], 3, [0, 4, 5]],
    ],
  },
  {
    name: '3 of 5, all keys replaced',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]],
      [[5, 6, 7, 8, 9], 3, [5, 6, 7]],
    ],
  },
  {
    name: 'threshold 1 to 2 of 3',
    steps: [
      [[1, 2, 3], 1, [1]],
      [[1, 2, 3], 2, [1, 2]],
    ],
  },
  {
    name: 'threshold 2 to 1 of 3',
    steps: [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
  },
  {
    name: 'threshold 1 to 2 with a second key',
    steps: [
      [[1], 1, [1]],
      [[1, 2], 2, [1, 2]],
    ],
  },
  {
    name: 'rotated without the old key',
    steps: [
      [[1], 1, [1]],
      [[2], 1, [2, 3, 4]],
    ],
    refused: true,
  },
  {
    name: 'rotated without the new key',
    steps: [
      [[1], 1, [1]],
      [[2], 1, [1, 3, 4]],
    ],
    refused: true,
  },
  {
    name: '3 of 5, two of the new',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[0, 1, 3, 4, 5], 3, [0, 2, 4]],
    ],
    refused: true,
  },
  {
    name: '3 of 5, two of the old',
    steps: [
      [[0, 1, 2, 3, 4], 3, [0, 2, 4]],
      [[0, 1, 3, 4, 5], 3, [0, 4, 5]],
    ],
    refused: true,
  },
  {
    name: 'threshold 1 to 2, new threshold not met',
    steps: [
      [[1, 2, 3], 1, [1]],
      [[1, 2, 3], 2, [2]],
    ],
    refused: true,
  },
  {
    name: 'threshold 2 to 1, old threshold not met',
    steps: [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
    refused: true,
  },
];

const pool = Array.from({ length: 10 }, () => newSigner());

function setKeys(
  repository: Tuf1Repository,
  role: string,
  [keys, threshold, signers]: Rotation['steps'][number],
): void {
  repository.root.roles[role] = { keyids: [], threshold };
  for (const key of keys) repository.listKey(role, pool[key]!);
  repository.signers.set(
    role,
    signers.map((each) => pool[each]!),
  );
}

for (const { name, steps, refused } of rootRotations) {
  test(`root: ${name}${refused ? ': refused' : ''}`, async () => {
    const repository = await Tuf1Repository.create();
    repository.unpublish('root');
    for (const [index, step] of steps.entries()) {
      setKeys(repository, 'root', step);
      if (index > 0) repository.root.version++;
      await repository.republish('root');
    }
    const client = new TestClient(repository);
    if (refused) await client.refuses('trust-threshold');
    else await client.refresh();
    const roots = repository.history.get('root')!;
    assert.deepEqual(client.files.all.get('root'), roots.at(refused ? -2 : -1));
  });
}

const otherRotations: readonly Rotation[] = [
  { name: '1 of 1, rotated', steps: [[[2], 1, [2]]] },
  { name: '1 of 1, foreign signatures beside', steps: [[[1], 1, [3, 1, 4]]] },
  { name: '1 of 1, not by the new key', steps: [[[2], 1, [1, 3, 4]]], refused: true },
  { name: '3 of 5, one signer is not listed', steps: [[[0, 1, 3, 4, 5], 3, [0, 2, 4]]], refused: true },
  { name: '3 of 5, two signatures', steps: [[[0, 1, 3, 4, 5], 3, [0, 4]]], refused: true },
  { name: '3 of 5 by 0, 2, 4', steps: [[[0, 1, 2, 3, 4], 3, [0, 2, 4]]] },
  { name: '3 of 5 by 0, 4, 1', steps: [[[0, 1, 2, 3, 4], 3, [0, 4, 1]]] },
  { name: '3 of 5 by 0, 1, 3', steps: [[[0, 1, 2, 3, 4], 3, [0, 1, 3]]] },
  { name: '3 of 5 by 1, 2, 3', steps: [[[0, 1, 2, 3, 4], 3, [1, 2, 3]]] },
  { name: '3 of 5 by 2, 3, 4', steps: [[[0, 1, 2, 3, 4], 3, [2, 3, 4]]] },
];

for (const { name, steps, refused } of otherRotations) {
  test(`timestamp, snapshot, targets: ${name}${refused ? ': refused' : ''}`, async () => {
    const { repository, client } = await fresh();
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      setKeys(repository, role, steps[0]!);
      await repository.publish('root', 'targets', 'snapshot', 'timestamp');
      if (refused) {
        assert.equal(await client.refuses('trust-threshold'), 'valid signatures did not meet threshold for timestamp');
      } else {
        await client.refresh();
        assert.deepEqual(client.files.all.get(role), repository.history.get(role)!.at(-1));
      }
    }
  });
}
