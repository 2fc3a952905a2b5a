import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS } from '../../tuf/repository.ts';
import { type Certified, certified, NotaryCollection } from '../../tuf/notary-collection.ts';
import { NotaryTestClient } from '../../tuf/notary-client.ts';

const NOW = Date.UTC(2030, 0, 1);
const GUN = 'reg.example:5000/team/app';

function rootId(collection: NotaryCollection): string {
  return collection.root.roles['root']!.keyids[0]!;
}

function client(collection: NotaryCollection, pins: NotaryTestClient['pins']): NotaryTestClient {
  const client = new NotaryTestClient(collection);
  client.pins = pins;
  return client;
}

function authority(issuer?: Certified): Certified {
  return certified({
    commonName: `authority ${Math.trunc(performance.now() * 1000)}`,
    authority: true,
    notBefore: NOW - DAY_MS,
    notAfter: NOW + 365 * DAY_MS,
    ...(issuer && { issuer }),
  });
}

test('first use is trusted unless that is off; a known root goes on being trusted', async () => {
  const collection = await NotaryCollection.create(GUN, NOW);
  const one = client(collection, { disableTofu: true });
  assert.equal(await one.refuses('trust-not-pinned'), `no root is pinned for ${GUN}, and trust on first use is off`);
  assert.deepEqual([...one.files.all.keys()], []);
  one.pins = {};
  await one.collection();
  one.pins = { disableTofu: true };
  await one.collection();
  await collection.rotateRoot([collection.certificate()]);
  assert.equal((await one.collection()).root.signed.version, 2);
});

test('pinned certificates: by GUN and by pattern, the exact name first', async () => {
  const collection = await NotaryCollection.create(GUN, NOW);
  const id = rootId(collection);
  const other = '0'.repeat(64);
  for (const certs of [
    { [GUN]: [other, id] },
    { 'reg.example:5000/*': [id] },
    { [GUN]: [id], 'reg.example:5000/team/*': [other] },
    { '*': [other], 'reg.example*': [id] },
  ])
    await client(collection, { certs }).collection();
  for (const certs of [
    { [GUN]: [other] },
    { [GUN]: [] },
    { [GUN]: [other], '*': [id] },
    { 'reg.example*': [other], '*': [id] },
  ])
    assert.equal(
      await client(collection, { certs }).refuses('trust-not-pinned'),
      `the root of ${GUN} is not signed by a pinned certificate, but by ${id}`,
    );
  // A pin for another collection says nothing about this one.
  await client(collection, { certs: { other: [other] } }).collection();
  await client(collection, { certs: { other: [other] }, disableTofu: true }).refuses('trust-not-pinned');
});

test('a pin outranks a root that was trusted on first use, and stands for rotated ones too', async () => {
  const collection = await NotaryCollection.create(GUN, NOW);
  const first = rootId(collection);
  const one = client(collection, {});
  await one.collection();
  one.pins = { certs: { [GUN]: ['0'.repeat(64)] } };
  await one.refuses('trust-not-pinned');
  one.pins = { certs: { [GUN]: [first] } };
  await one.collection();
  await collection.rotateRoot([collection.certificate()]);
  await one.refuses('trust-not-pinned');
  one.pins = { certs: { [GUN]: [rootId(collection)] } };
  assert.equal((await one.collection()).root.signed.version, 2);
});

test('a pinned authority: leaf directly below it, over an intermediate, and not another one', async () => {
  const top = authority();
  const between = authority(top);
  const direct = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: GUN, notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS * 300, issuer: top }),
  ]);
  await client(direct, { ca: { 'reg.example': top.pem } }).collection();
  await client(direct, { ca: { 'reg.example': authority().pem + top.pem } }).collection();
  const message = await client(direct, { ca: { 'reg.example': authority().pem } }).refuses('trust-not-pinned');
  assert.match(message, /^the root of .* is not signed by a certificate of the pinned authority, but by [0-9a-f]{64}$/);
  // The longest beginning counts, and certificates outrank authorities.
  await client(direct, { ca: { '': top.pem, 'reg.example:5000/team': authority().pem } }).refuses('trust-not-pinned');
  await client(direct, { certs: { [GUN]: [rootId(direct)] }, ca: { '': authority().pem } }).collection();
  await client(direct, { ca: { 'other.example': authority().pem }, disableTofu: true }).refuses('trust-not-pinned');

  const leaf = certified({ commonName: GUN, notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS * 300, issuer: between });
  const chained = await NotaryCollection.create(GUN, NOW, [{ ...leaf, pem: leaf.pem + between.pem }]);
  await client(chained, { ca: { '': top.pem } }).collection();
  const without = await NotaryCollection.create(GUN, NOW, [leaf]);
  await client(without, { ca: { '': top.pem } }).refuses('trust-not-pinned');
  // An end-entity certificate signs for nobody.
  const impostor = certified({ commonName: GUN, notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS, issuer: leaf });
  const forged = await NotaryCollection.create(GUN, NOW, [{ ...impostor, pem: impostor.pem + between.pem }]);
  await client(forged, { ca: { '': top.pem } }).refuses('trust-not-pinned');
});

test('a pinned authority that has expired, or that did not sign what bears its name, vouches for nobody', async () => {
  const short = certified({
    commonName: 'short',
    authority: true,
    notBefore: NOW - DAY_MS,
    notAfter: NOW + 5 * DAY_MS,
  });
  const leaf = { commonName: GUN, notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS * 300 };
  const collection = await NotaryCollection.create(GUN, NOW, [certified({ ...leaf, issuer: short })]);
  const one = client(collection, { ca: { '': short.pem } });
  await one.collection();
  one.now = NOW + 6 * DAY_MS;
  await one.refuses('trust-not-pinned');

  // Issuer, key identifier and all else as the authority would have it, signed by somebody else's key.
  const { privateKey } = certified({ ...leaf });
  const forged = await NotaryCollection.create(GUN, NOW, [certified({ ...leaf, issuer: { ...short, privateKey } })]);
  await client(forged, { ca: { '': short.pem } }).refuses('trust-not-pinned');
});

test('a first root must be for the collection and in force', async () => {
  const wrong = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: 'reg.example:5000/other', notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS }),
  ]);
  assert.match(await client(wrong, {}).refuses('trust-wrong-key'), /its certificate is for "reg.example:5000\/other"/);
  const wildcard = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: 'reg.example:5000/*', notBefore: NOW - DAY_MS, notAfter: NOW + DAY_MS }),
  ]);
  await client(wildcard, {}).collection();
  const expired = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: GUN, notBefore: NOW - 3 * DAY_MS, notAfter: NOW - DAY_MS }),
  ]);
  assert.equal(
    await client(expired, {}).refuses('trust-expired'),
    `the certificate of the root key of ${GUN} expired at 2029-12-31T00:00:00.000Z`,
  );
  const early = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: GUN, notBefore: NOW + 3 * DAY_MS, notAfter: NOW + 9 * DAY_MS }),
  ]);
  assert.match(await client(early, {}).refuses('trust-wrong-key'), /is not valid before 2030-01-04T00:00:00.000Z$/);
});

test('a known root whose certificate has expired is followed to the one that replaced it', async () => {
  const collection = await NotaryCollection.create(GUN, NOW, [
    certified({ commonName: GUN, notBefore: NOW - DAY_MS, notAfter: NOW + 5 * DAY_MS }),
  ]);
  const one = client(collection, {});
  await one.collection();
  one.now = NOW + 6 * DAY_MS;
  assert.match(await one.refuses('trust-expired'), /^the certificate of the root key of .* expired at/);
  await collection.rotateRoot([collection.certificate()]);
  assert.equal((await one.collection()).root.signed.version, 2);
});
