import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSigner } from '../../tuf/keys.ts';
import { TestClient } from '../../tuf/client.ts';
import { Tuf1Repository } from '../../tuf/repository.ts';

async function fresh() {
  const repository = await Tuf1Repository.create();
  return { repository, client: new TestClient(repository) };
}

const TOP = ['root', 'timestamp', 'snapshot', 'targets'] as const;

test('a first update asks for the next root, timestamp, snapshot and targets, and keeps what it got byte for byte', async () => {
  const { repository, client } = await fresh();
  repository.history.set('timestamp', [Buffer.concat([repository.history.get('timestamp')![0]!, Buffer.from(' \n')])]);
  await client.refresh();
  assert.deepEqual(repository.requests, ['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json']);
  for (const role of TOP) assert.deepEqual(client.files.all.get(role), repository.history.get(role)![0]);
});

test('a search updates first, also when nothing is found', async () => {
  const { repository, client } = await fresh();
  assert.equal(await client.find('nothing'), undefined);
  assert.deepEqual(client.trusted(), { root: 1, snapshot: 1, targets: 1, timestamp: 1 });
  repository.requests.length = 0;
  await client.refresh();
  assert.deepEqual(repository.requests, ['2.root.json', 'timestamp.json']);
});

test('a first root that is malformed, or not signed by itself, is refused before anything is asked', async () => {
  const { repository } = await fresh();
  const good = JSON.parse(Buffer.from(repository.history.get('root')![0]!).toString());
  const { version: _, ...incomplete } = good.signed;
  const malformed = Buffer.from(JSON.stringify({ ...good, signed: incomplete }));
  await new TestClient(repository, malformed).refuses('trust-metadata-invalid');
  const unsigned = Buffer.from(
    JSON.stringify({ ...good, signatures: [{ ...good.signatures[0], sig: '00'.repeat(70) }] }),
  );
  await new TestClient(repository, unsigned).refuses('trust-threshold');
  assert.deepEqual(repository.requests, []);
});

test('without a root there is nothing to start from, unless the first use may trust the server', async () => {
  const { repository, client } = await fresh();
  client.files.all.clear();
  await client.refuses('trust-not-pinned');
  const { updateTuf1 } = await import('../../../src/trust/tuf/client/tuf1-workflow.ts');
  await client.run(updateTuf1({ now: client.now, acceptFirst: () => undefined }));
  assert.equal(repository.requests[0], '1.root.json');
  assert.deepEqual(client.trusted(), { root: 1, snapshot: 1, targets: 1, timestamp: 1 });
});

const before: Readonly<Record<(typeof TOP)[number], Record<string, number>>> = {
  root: { root: 1 },
  timestamp: { root: 2 },
  snapshot: { root: 2, timestamp: 2 },
  targets: { root: 2, snapshot: 2, timestamp: 2 },
};

for (const role of TOP) {
  test(`unsigned ${role}: refused, what came before it is kept`, async () => {
    const { repository, client } = await fresh();
    repository.signers.set(role, []);
    await repository.publish('root', 'targets', 'snapshot', 'timestamp');
    await client.refuses('trust-threshold');
    assert.deepEqual(client.trusted(), before[role]);
  });
}

for (const role of ['root', 'snapshot', 'targets'] as const) {
  test(`${role} with another version than its name says is refused`, async () => {
    const { repository, client } = await fresh();
    for (const each of ['root', 'targets', 'snapshot', 'timestamp']) {
      await repository.publish(each);
      if (each !== role) continue;
      // The file holds version 3 and stands at 2.
      const list = repository.document(role);
      list.version = 3;
      repository.history.get(role)!.pop();
      await repository.republish(role);
      list.version = 2;
      repository.list(role, repository.history.get(role)!.at(-1)!);
    }
    await client.refuses(role === 'root' ? 'trust-rollback' : 'trust-version-mismatch');
    assert.deepEqual(client.trusted(), before[role]);
  });
}

test('a timestamp of the same version changes nothing', async () => {
  const { repository, client } = await fresh();
  await client.refresh();
  repository.timestamp.meta['snapshot.json']!.version = 100;
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  await client.refresh();
  assert.equal(repository.requests.at(-1), 'timestamp.json');
  assert.ok(Buffer.from(client.files.all.get('timestamp')!).includes('"version":1}'));
});

test('hashes and lengths in timestamp and snapshot are checked where they stand', async () => {
  const { repository, client } = await fresh();
  repository.listsHashes = true;
  await repository.publish('targets', 'snapshot', 'timestamp');
  await client.refresh();
  await repository.publish('targets');
  repository.snapshot.meta['targets.json']!.hashes!['sha256'] = '0'.repeat(64);
  await repository.publish('snapshot', 'timestamp');
  const message = await client.refuses('trust-hash-mismatch');
  assert.match(message, /^sha256 checksum for targets did not match: expected 0{64}$/);
  assert.deepEqual(client.trusted(), { root: 1, snapshot: 3, targets: 2, timestamp: 3 });
});

test('a snapshot with another hash than the timestamp names is refused; the timestamp stays', async () => {
  const { repository, client } = await fresh();
  repository.listsHashes = true;
  await repository.publish('snapshot', 'timestamp');
  await client.refresh();
  await repository.publish('snapshot');
  repository.timestamp.meta['snapshot.json']!.hashes!['sha256'] = '0'.repeat(64);
  await repository.publish('timestamp');
  await client.refuses('trust-hash-mismatch');
  assert.deepEqual([client.version('timestamp'), client.version('snapshot')], [3, 2]);
});

test('a snapshot longer than the timestamp says is endless data', async () => {
  const { repository, client } = await fresh();
  repository.listsHashes = true;
  await repository.publish('snapshot');
  repository.timestamp.meta['snapshot.json']!.length! -= 1;
  await repository.publish('timestamp');
  await client.refuses('trust-endless-data');
});

test('members nobody knows are part of what is signed, in keys and roles too', async () => {
  const { repository, client } = await fresh();
  await client.refresh();
  repository.root['custom-field'] = 'value';
  const id = repository.addKey('root', newSigner());
  Object.assign(repository.root.keys[id]!, { keyid_hash_algorithms: ['md5'], extra: { a: 1, b: [true, null] } });
  Object.assign(repository.root.roles['root']!, { another: 'value' });
  await repository.publish('root');
  await client.refresh();
  assert.equal(client.version('root'), 2);
});

for (const [role, next] of [
  ['snapshot', { root: 1, snapshot: 1, targets: 1, timestamp: 2 }],
  ['targets', { root: 1, snapshot: 2, targets: 1, timestamp: 2 }],
] as const) {
  test(`${role} named but not there: refused, what names it is kept`, async () => {
    const { repository, client } = await fresh();
    await client.refresh();
    if (role === 'snapshot') repository.timestamp.meta['snapshot.json']!.version = 2;
    else {
      repository.snapshot.meta['targets.json']!.version = 2;
      await repository.publish('snapshot');
    }
    await repository.publish('timestamp');
    const message = await client.refuses('trust-incomplete');
    assert.equal(
      message,
      `the server does not have 2.${role}.json, which ${role === 'snapshot' ? 'timestamp' : 'snapshot'} names`,
    );
    assert.equal(repository.requests.at(-1), `2.${role}.json`);
    assert.deepEqual(client.trusted(), next);
  });
}

test('a timestamp that is gone is an error, even when one is trusted', async () => {
  const { repository, client } = await fresh();
  await client.refresh();
  repository.history.delete('timestamp');
  await client.refuses('trust-missing');
  assert.equal(repository.requests.at(-1), 'timestamp.json');
});

test('a file of the wrong type is refused, however well it is signed', async () => {
  const { repository, client } = await fresh();
  repository.addKey('snapshot', repository.signers.get('timestamp')![0]!);
  repository.snapshot.meta = { 'snapshot.json': { version: 1 } };
  await repository.publish('root', 'snapshot');
  repository.history.set('timestamp', [repository.history.get('snapshot')!.at(-1)!]);
  const message = await client.refuses('trust-metadata-invalid');
  assert.equal(message, 'expected timestamp metadata, not snapshot');
  assert.deepEqual(client.trusted(), { root: 2 });
});

test('without consistent snapshots files have plain names', async () => {
  const { repository, client } = await fresh();
  repository.root.consistent_snapshot = false;
  repository.addTarget('targets', 'dir/file', 'x');
  await repository.publish('root', 'targets', 'snapshot', 'timestamp');
  const found = await client.find('dir/file');
  assert.equal(found?.role, 'targets');
  assert.deepEqual(repository.requests, [
    '2.root.json',
    '3.root.json',
    'timestamp.json',
    'snapshot.json',
    'targets.json',
  ]);
});

// Expiry: each role in turn; the trusted files show how far the update came.

test('an expired root: kept, as the next root may be signed with it, but nothing after it is read', async () => {
  const { repository, client } = await fresh();
  await client.refresh();
  await repository.publish('root');
  repository.root.expires = repository.inDays(-1);
  await repository.publish('root', 'targets', 'snapshot', 'timestamp');
  assert.match(await client.refuses('trust-expired'), /^root expired at 2029-12-31T00:00:00Z/);
  assert.deepEqual(client.trusted(), { root: 3, snapshot: 1, targets: 1, timestamp: 1 });
});

for (const [role, next] of [
  ['timestamp', { root: 1, snapshot: 1, targets: 1, timestamp: 1 }],
  ['snapshot', { root: 1, snapshot: 1, targets: 1, timestamp: 2 }],
  ['targets', { root: 1, snapshot: 2, targets: 1, timestamp: 2 }],
] as const) {
  test(`an expired ${role} is a freeze and is not kept`, async () => {
    const { repository, client } = await fresh();
    await client.refresh();
    repository.document(role).expires = repository.inDays(-5);
    await repository.publish('targets', 'snapshot', 'timestamp');
    if (role === 'targets') assert.equal(repository.snapshot.meta['targets.json']!.version, 2);
    await client.refuses('trust-expired');
    assert.deepEqual(client.trusted(), next);
  });
}

test('an expiry at the very second of the update has expired', async () => {
  const { repository, client } = await fresh();
  repository.timestamp.expires = repository.inDays(0);
  await repository.publish('timestamp');
  await client.refuses('trust-expired');
  client.now -= 1;
  await client.refresh();
});

test('expired trusted files do not keep a client from newer ones', async () => {
  const { repository, client } = await fresh();
  repository.root.expires = repository.inDays(7);
  repository.timestamp.expires = repository.inDays(7);
  await repository.publish('root', 'timestamp');
  await client.refresh();
  client.now += 18 * 24 * 3600_000;
  await client.refuses('trust-expired');
  repository.root.expires = repository.inDays(21);
  repository.timestamp.expires = repository.inDays(21);
  await repository.publish('root', 'targets', 'snapshot', 'timestamp');
  await client.refresh();
  assert.deepEqual(client.trusted(), { root: 3, snapshot: 2, targets: 2, timestamp: 3 });
});
