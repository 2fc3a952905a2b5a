import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClient } from '../../tuf/client.ts';
import { Tuf1Repository } from '../../tuf/repository.ts';

async function fresh() {
  const repository = await Tuf1Repository.create();
  return { repository, client: new TestClient(repository) };
}

test('a timestamp of a lower version is refused', async () => {
  const { repository, client } = await fresh();
  await repository.publish('timestamp');
  await client.refresh();
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  assert.equal(await client.refuses('trust-rollback'), 'timestamp: version 1 is lower than current version 2');
  assert.equal(client.version('timestamp'), 2);
  assert.equal(repository.requests.at(-1), 'timestamp.json');
});

for (const listsHashes of [false, true]) {
  const how = listsHashes ? 'with hashes' : 'by version';
  test(`a timestamp that takes the snapshot back is refused, ${how}`, async () => {
    const { repository, client } = await fresh();
    repository.listsHashes = listsHashes;
    await repository.publish('snapshot', 'timestamp');
    await client.refresh();
    repository.unpublish('snapshot');
    await repository.republish('snapshot');
    await repository.publish('timestamp');
    assert.equal(await client.refuses('trust-rollback'), 'snapshot: version 1 is lower than current version 2');
    assert.deepEqual([client.version('timestamp'), client.version('snapshot')], [2, 2]);
    assert.equal(repository.requests.at(-1), 'timestamp.json');
  });

  test(`a snapshot that takes targets back is refused, ${how}`, async () => {
    const { repository, client } = await fresh();
    repository.listsHashes = listsHashes;
    await repository.publish('targets', 'snapshot', 'timestamp');
    await client.refresh();
    repository.unpublish('targets');
    await repository.republish('targets');
    await repository.publish('snapshot', 'timestamp');
    assert.equal(await client.refuses('trust-rollback'), 'targets: version 1 is lower than current version 2');
    assert.deepEqual([client.version('snapshot'), client.version('targets')], [2, 2]);
  });
}

test('a role that disappears from the snapshot is a rollback', async () => {
  const { repository, client } = await fresh();
  repository.delegate('targets', 'delegated', { paths: ['delegated/*'] });
  await repository.publish('delegated', 'targets', 'snapshot', 'timestamp');
  await client.refresh();
  delete repository.snapshot.meta['delegated.json'];
  await repository.publish('snapshot', 'timestamp');
  assert.equal(await client.refuses('trust-rollback'), 'snapshot version 3 no longer lists delegated');
  assert.equal(client.version('snapshot'), 2);
});

test('recovery from fast-forwarded targets: a new snapshot key lets versions and lists start anew', async () => {
  const { repository, client } = await fresh();
  repository.delegate('targets', 'delegated');
  await repository.publish('delegated');
  for (let count = 0; count < 9; count++) await repository.publish('targets');
  await repository.publish('snapshot', 'timestamp');
  await client.refresh();
  assert.equal(client.version('targets'), 10);
  repository.rotate('snapshot');
  repository.unpublish('targets');
  await repository.republish('targets');
  delete repository.snapshot.meta['delegated.json'];
  await repository.publish('root', 'snapshot', 'timestamp');
  await client.refresh();
  assert.equal(client.version('targets'), 1);
});

test('recovery from a fast-forwarded snapshot needs new snapshot and timestamp keys', async () => {
  const { repository, client } = await fresh();
  for (let count = 0; count < 9; count++) await repository.publish('snapshot');
  await repository.publish('timestamp');
  await client.refresh();
  repository.unpublish('snapshot');
  await repository.republish('snapshot');
  await repository.publish('timestamp');
  await client.refuses('trust-rollback');
  repository.rotate('snapshot');
  repository.rotate('timestamp');
  repository.unpublish('snapshot');
  await repository.republish('snapshot');
  await repository.publish('root', 'timestamp');
  await client.refresh();
  assert.equal(client.version('snapshot'), 1);
});

test('recovery from a fast-forwarded timestamp needs a new timestamp key; another key beside the old is not enough', async () => {
  const { repository, client } = await fresh();
  for (let count = 0; count < 9; count++) await repository.publish('timestamp');
  await client.refresh();
  assert.equal(client.version('timestamp'), 10);
  const { newSigner } = await import('../../tuf/keys.ts');
  repository.addKey('timestamp', newSigner());
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  await repository.publish('root');
  await client.refuses('trust-rollback');
  repository.rotate('timestamp');
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  await repository.publish('root');
  await client.refresh();
  assert.equal(client.version('timestamp'), 1);
});

test('a new snapshot key removes what is known of the timestamp too, whose key is the same', async () => {
  const { repository, client } = await fresh();
  for (let count = 0; count < 9; count++) await repository.publish('snapshot');
  await repository.publish('timestamp');
  await client.refresh();
  repository.rotate('snapshot');
  repository.unpublish('snapshot');
  await repository.republish('snapshot');
  await repository.publish('root', 'timestamp');
  await client.refresh();
  assert.deepEqual(client.trusted(), { root: 2, snapshot: 1, targets: 1, timestamp: 3 });
});

test('one revoked key of several removes files that the others have signed as well', async () => {
  const { repository, client } = await fresh();
  const { newSigner } = await import('../../tuf/keys.ts');
  repository.addKey('timestamp', newSigner());
  for (let count = 0; count < 9; count++) await repository.publish('timestamp');
  await repository.publish('root');
  await client.refresh();
  assert.equal(client.version('timestamp'), 10);
  repository.root.roles['timestamp']!.keyids.shift();
  repository.signers.get('timestamp')!.shift();
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  await repository.publish('root');
  await client.refresh();
  assert.equal(client.version('timestamp'), 1);
});

test('recovery is completed after a break between the new root and the removal of old files', async () => {
  const { repository, client } = await fresh();
  for (let count = 0; count < 9; count++) await repository.publish('timestamp');
  await client.refresh();
  repository.rotate('timestamp');
  repository.unpublish('timestamp');
  await repository.republish('timestamp');
  await repository.publish('root');
  const old = client.files.all.get('timestamp')!;
  await client.refresh();
  client.files.all.set('timestamp', old);
  await client.refresh();
  assert.equal(client.version('timestamp'), 1);
});

for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
  test(`fast-forward: a jump of ${role} that leaves no room is refused at once`, async () => {
    const { repository, client } = await fresh();
    await client.refresh();
    if (role === 'timestamp') repository.timestamp.version = Number.MAX_SAFE_INTEGER - 1;
    else if (role === 'snapshot') repository.timestamp.meta['snapshot.json']!.version = Number.MAX_SAFE_INTEGER;
    else {
      repository.snapshot.meta['targets.json']!.version = Number.MAX_SAFE_INTEGER;
      await repository.publish('snapshot');
    }
    await repository.publish('timestamp');
    const message = await client.refuses('trust-fast-forward');
    assert.equal(message, `${role}: version 1 is followed by version ${Number.MAX_SAFE_INTEGER}`);
  });
}
