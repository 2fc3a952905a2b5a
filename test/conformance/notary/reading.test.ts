import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listTags } from '../../../src/trust/tuf/client/signed-tags.ts';
import { newSigner } from '../../tuf/keys.ts';
import { refusal } from '../../tuf/client.ts';
import { NotaryCollection } from '../../tuf/notary-collection.ts';
import { NotaryTestClient } from '../../tuf/notary-client.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

async function fresh() {
  const collection = await NotaryCollection.create();
  collection.addTag('targets', 'v1', A);
  await collection.publish('targets');
  return { collection, client: new NotaryTestClient(collection) };
}

test('an empty cache reads root, timestamp, snapshot and targets; a warm one the timestamp alone', async () => {
  const { collection, client } = await fresh();
  assert.deepEqual(await client.tag('v1'), { tag: 'v1', digest: `sha256:${A}`, size: 528, role: 'targets' });
  assert.deepEqual(collection.asked(), ['root.json', 'timestamp.json', 'snapshot.HASH.json', 'targets.HASH.json']);
  await client.tag('v1');
  assert.deepEqual(collection.asked(), ['timestamp.json']);
});

test('a tag that nobody signed, and a collection that is not there, are different answers', async () => {
  const { collection, client } = await fresh();
  assert.equal(await refusal(() => client.tag('nope'), 'trust-not-signed'), 'No valid trust data for nope');
  collection.files.clear();
  const message = await new NotaryTestClient(collection).refuses('trust-missing');
  assert.equal(message, `the server does not have trust data for ${collection.gun}`);
});

test('releases outranks targets; a tag of another delegation alone is not pullable', async () => {
  const { collection, client } = await fresh();
  collection.delegate('targets', 'targets/alice');
  collection.delegate('targets', 'targets/releases');
  collection.addTag('targets/alice', 'v1', B);
  collection.addTag('targets/releases', 'v1', B);
  collection.addTag('targets/alice', 'only-alice', B);
  await collection.publish('targets', 'targets/alice', 'targets/releases');
  assert.equal((await client.tag('v1')).digest, `sha256:${B}`);
  await refusal(() => client.tag('only-alice'), 'trust-not-signed');
  assert.ok(!collection.asked().includes('targets/alice.HASH.json'));
  assert.deepEqual(listTags(await client.collection()), [
    { tag: 'v1', digest: `sha256:${B}`, size: 528, role: 'targets/releases', signers: ['targets/alice'] },
  ]);
});

test('a delegation counts only for its paths, and only for those of every delegation above it', async () => {
  const { collection, client } = await fresh();
  collection.delegate('targets', 'targets/qa', ['qa/', 'both/']);
  collection.delegate('targets/qa', 'targets/qa/deep', ['both/', 'other/']);
  collection.delegate('targets', 'targets/releases', ['rel-']);
  for (const role of ['targets/qa/deep', 'targets/releases'])
    for (const path of ['qa/x', 'both/x', 'other/x', 'rel-1', 'v9']) collection.addTag(role, path, B);
  await collection.publish('targets', 'targets/qa', 'targets/qa/deep', 'targets/releases');
  const read = await client.collection();
  const { allows } = await import('../../../src/trust/tuf/client/notary-delegations.ts');
  const deep = read.delegations.get('targets/qa/deep')!;
  assert.deepEqual(
    ['qa/x', 'both/x', 'other/x'].map((path) => allows(deep, path)),
    [false, true, false],
  );
  assert.equal((await client.tag('rel-1')).role, 'targets/releases');
  await refusal(() => client.tag('v9'), 'trust-not-signed');
});

test('a delegation that is badly signed or expired is left out; the rest goes on', async () => {
  const { collection, client } = await fresh();
  for (const name of ['targets/forged', 'targets/expired', 'targets/releases']) collection.delegate('targets', name);
  const forged = collection.signers.get('targets/forged')![0]!;
  collection.signers.set('targets/forged', [{ ...forged, signer: newSigner() }]);
  collection.roles.get('targets/expired')!.expires = collection.inDays(-1);
  collection.addTag('targets/releases', 'v2', B);
  await collection.publish('targets', 'targets/forged', 'targets/expired', 'targets/releases');
  assert.equal((await client.tag('v2')).role, 'targets/releases');
  assert.deepEqual(client.warnings, []);
  const read = await client.collection();
  assert.deepEqual(
    [...read.broken].map(([role, error]) => [role, error.code]),
    [
      ['targets/forged', 'trust-threshold'],
      ['targets/expired', 'trust-expired'],
    ],
  );
  assert.equal(client.warnings.length, 2);
});

test('a delegation whose bytes are not those of the snapshot is an attack, not a nuisance', async () => {
  const { collection, client } = await fresh();
  collection.delegate('targets', 'targets/releases');
  await collection.publish('targets', 'targets/releases');
  for (const name of collection.files.keys())
    if (/^targets\/releases\.[0-9a-f]{64}/.test(name)) collection.files.set(name, Buffer.from('{}'));
  await client.refuses('trust-hash-mismatch');
});

for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
  test(`${role} of an earlier state is a rollback`, async () => {
    const { collection, client } = await fresh();
    await collection.publish('targets');
    const version = { timestamp: 3, snapshot: 3, targets: 3 }[role];
    await client.collection();
    const document = role === 'targets' ? collection.targets : collection[role];
    document.version = version - 2;
    if (role === 'timestamp') await collection.publishTimestamp();
    else if (role === 'snapshot') await collection.publishOnline();
    else await collection.publish('targets');
    assert.equal(
      await client.refuses('trust-rollback'),
      `${role}: version ${version - 1} is lower than current version ${version}`,
    );
    assert.equal(
      await client.refuses('trust-rollback'),
      `${role}: version ${version - 1} is lower than current version ${version}`,
    );
  });

  test(`${role} signed by a key that the root does not name is refused`, async () => {
    const { collection, client } = await fresh();
    await client.collection();
    collection.signers.set(role, [{ ...collection.signers.get(role)![0]!, signer: newSigner() }]);
    await collection.publish('targets');
    assert.equal(await client.refuses('trust-threshold'), `valid signatures did not meet threshold for ${role}`);
  });

  test(`an expired ${role} is a freeze`, async () => {
    const { collection, client } = await fresh();
    await client.collection();
    (role === 'targets' ? collection.targets : collection[role]).expires = collection.inDays(-1);
    await collection.publish('targets');
    assert.equal(await client.refuses('trust-expired'), `${role} expired at Mon Dec 31 00:00:00 UTC 2029`);
  });

  test(`a rotated ${role} key is found out about through the failure`, async () => {
    const { collection, client } = await fresh();
    await client.collection();
    collection.asked();
    collection.rotate(role);
    await collection.publishRoot();
    await collection.publish('targets');
    assert.equal((await client.collection()).root.signed.version, 2);
    assert.deepEqual(
      collection.asked(),
      role === 'timestamp'
        ? ['timestamp.json', 'root.json', 'timestamp.json', 'snapshot.HASH.json', 'targets.HASH.json']
        : role === 'snapshot'
          ? [
              'timestamp.json',
              'snapshot.HASH.json',
              'root.json',
              'timestamp.json',
              'snapshot.HASH.json',
              'targets.HASH.json',
            ]
          : ['timestamp.json', 'snapshot.HASH.json', 'root.HASH.json', 'timestamp.json', 'targets.HASH.json'],
    );
  });
}

test('five rotations of the root key: a client of the first follows the chain and keeps every step', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  for (let count = 0; count < 5; count++) await collection.rotateRoot([collection.certificate()]);
  collection.asked();
  const read = await client.collection();
  assert.equal(read.root.signed.version, 6);
  assert.deepEqual(
    collection.asked().filter((name) => name.includes('root')),
    ['root.HASH.json', '2.root.json', '3.root.json', '4.root.json', '5.root.json'],
  );
  await client.collection();
  assert.deepEqual(collection.asked(), ['timestamp.json']);
});

test('a chain with a missing or foreign link is refused', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  for (let count = 0; count < 3; count++) await collection.rotateRoot([collection.certificate()]);
  const link = collection.files.get('2.root.json')!;
  collection.files.delete('2.root.json');
  const words =
    'could not rotate trust to a new trusted root: failed to validate data with current trusted certificates';
  assert.equal(await client.refuses('trust-root-changed'), words);
  collection.files.set('2.root.json', collection.files.get('3.root.json')!);
  await client.refuses('trust-version-mismatch');
  collection.files.set('2.root.json', link);
  assert.equal((await client.collection()).root.signed.version, 4);
});

test('a root between that its own keys have not signed is refused, and so is another root than the snapshot names', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  for (let count = 0; count < 3; count++) await collection.rotateRoot([collection.certificate()]);
  const link = Buffer.from(collection.files.get('2.root.json')!).toString();
  const { signed, signatures } = JSON.parse(link) as {
    signed: { roles: { root: { keyids: string[] } } };
    signatures: { keyid: string }[];
  };
  const others = signatures.filter(({ keyid }) => keyid !== signed.roles.root.keyids[0]);
  assert.equal(others.length, 1);
  collection.files.set('2.root.json', Buffer.from(JSON.stringify({ signed, signatures: others })));
  assert.equal(await client.refuses('trust-threshold'), 'valid signatures did not meet threshold for root');
  collection.files.set('2.root.json', Buffer.from(link));
  const newest = collection.current.get('root')!;
  for (const name of collection.files.keys())
    if (/^root\.[0-9a-f]{64}/.test(name)) collection.files.set(name, collection.files.get('3.root.json')!);
  await client.refuses('trust-hash-mismatch');
  collection.put('root', newest);
  assert.equal((await client.collection()).root.signed.version, 4);
});

test('an expired root is a freeze; the one that replaces it is taken', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  collection.root.expires = collection.inDays(-1);
  await collection.publishRoot();
  assert.equal(await client.refuses('trust-expired'), 'root expired at Mon Dec 31 00:00:00 UTC 2029');
  await new NotaryTestClient(collection).refuses('trust-expired');
  collection.root.expires = collection.inDays(100);
  await collection.publishRoot();
  assert.equal((await client.collection()).root.signed.version, 3);
});

test('a timestamp that only a revoked key has signed does not serve when the server is out of reach', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  const old = client.files.all.get('timestamp')!;
  collection.rotate('timestamp');
  await collection.publishRoot();
  await client.collection();
  client.files.all.set('timestamp', old);
  client.reachable = false;
  await client.refuses('network-failed');
});

test('a collection that was deleted and made anew is told from a rotation', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  const again = await NotaryCollection.create(collection.gun);
  for (let count = 0; count < 3; count++) await again.publish('targets');
  const other = new NotaryTestClient(again);
  for (const [role, raw] of client.files.all) other.files.all.set(role, raw);
  assert.match(await other.refuses('trust-root-changed'), /^could not rotate trust to a new trusted root/);
});

test('an older root, well signed as it is, is a rollback', async () => {
  const { collection, client } = await fresh();
  const back = collection.save();
  await collection.rotateRoot([collection.certificate()]);
  await client.collection();
  back();
  await client.refuses('trust-rollback');
  client.files.all.delete('timestamp');
  client.files.all.delete('snapshot');
  assert.equal(await client.refuses('trust-rollback'), 'root: version 1 is lower than current version 2');
});

test('when the server does not answer, verified data serves with a warning until it expires', async () => {
  const { collection, client } = await fresh();
  await client.collection();
  client.reachable = false;
  assert.equal((await client.tag('v1')).digest, `sha256:${A}`);
  assert.match(client.warnings[0]!, /trust data of an earlier visit is used, good until 2030-01-15T00:00:00/);
  client.now += 15 * 24 * 3600_000;
  await client.refuses('network-failed');
  client.now = collection.now;
  client.reachable = true;
  collection.files.delete('timestamp.json');
  await client.collection();
  await new NotaryTestClient(collection).refuses('trust-missing');
});

test('a repository recovers from a fast-forward: new keys start new versions', async () => {
  const { collection, client } = await fresh();
  collection.timestamp.version = 1_000_000;
  await collection.publishTimestamp();
  await client.collection();
  collection.timestamp.version = 3;
  await collection.publishTimestamp();
  await client.refuses('trust-rollback');
  collection.rotate('timestamp');
  await collection.publishRoot();
  assert.equal((await client.collection()).timestamp.signed.version, 5);
  collection.timestamp.version = 2 ** 40;
  await collection.publishTimestamp();
  await client.refuses('trust-fast-forward');
});
