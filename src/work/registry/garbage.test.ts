import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { memoryDatabase } from '../../adapters/memory/database.ts';
import { bytes, layeredImage, RegistryHouse } from '../../../test/registry-house.ts';
import type { StorageKey } from '../../ports/blob-store.ts';
import { deleteRepository } from './repositories.ts';

const MINUTE = 60_000;

async function newHouse(): Promise<RegistryHouse> {
  const blobs = memoryBlobStore();
  const database = await memoryDatabase(0, { afterUploadMs: 10 * MINUTE, afterDeleteMs: MINUTE });
  return new RegistryHouse(database, blobs, { condemnedMs: MINUTE, uploadIdleMs: 24 * 60 * MINUTE });
}

test('an image that was deleted goes with everything that was read out of it; a shared layer stays', async () => {
  const house = await newHouse();
  const one = layeredImage('one', ['shared', 'own']);
  const two = layeredImage('two', ['shared']);
  for (const image of [one, two]) await house.push('library/app', image, [image.word]);
  const own = (await house.database.records.registry.storedBlob(one.layers[1]!.digest))!;
  const artefact = 'artefact-key' as StorageKey;
  await using staged = await house.blobs.stage(artefact);
  await staged.publish();
  await house.database.change(({ content }) =>
    content.addLayerAnalysis(
      {
        layer: own.digest,
        analyserVersion: '1',
        storageKey: artefact,
        diffId: 'sha256:x',
        entries: 0,
        uncompressedSize: 0,
      },
      0,
    ),
  );
  await house.manifests.delete(house.admin, 'library/app' as never, { digest: one.digest });
  assert.deepEqual(await house.garbage.collect(), { links: 0, blobs: 0, files: 0, uploads: 0, tokens: 0 });
  house.advance(2 * MINUTE);
  assert.deepEqual(await house.garbage.collect(), { links: 2, blobs: 0, files: 0, uploads: 0, tokens: 0 });
  house.advance(2 * MINUTE);
  assert.deepEqual(await house.garbage.collect(), { links: 0, blobs: 2, files: 3, uploads: 0, tokens: 0 });
  await assert.rejects(house.blobs.open(own.storageKey), { code: 'blob-damaged' });
  await assert.rejects(house.blobs.open(artefact), { code: 'blob-damaged' });
  assert.deepEqual(await house.pull('library/app', 'two'), two.raw);
  assert.equal((await house.files()).length, 2, 'the configuration and the layer of the other image');
});

test('an upload revives a condemned blob up to the last moment', async () => {
  const house = await newHouse();
  const image = layeredImage('app', ['layer']);
  await house.push('library/app', image, ['latest']);
  await house.manifests.delete(house.admin, 'library/app' as never, { digest: image.digest });
  house.advance(2 * MINUTE);
  await house.garbage.collect();
  await house.push('library/app', image, ['latest']);
  house.advance(60 * MINUTE);
  assert.deepEqual(await house.garbage.collect(), { links: 0, blobs: 0, files: 0, uploads: 0, tokens: 0 });
  assert.deepEqual(await house.pull('library/app', 'latest'), image.raw);
});

test('a pusher who was told that a blob is there can rely on it', async () => {
  const house = await newHouse();
  const layer = bytes('layer');
  await house.uploads.whole(house.admin, 'library/app' as never, layer.digest, layer.body());
  for (let minute = 0; minute < 30; minute++) {
    house.advance(MINUTE / 2);
    await house.blobsUse.stat(house.admin, 'library/app' as never, layer.digest);
    await house.garbage.collect();
  }
  await house.blobsUse.stat(house.admin, 'library/app' as never, layer.digest);
  house.advance(10 * MINUTE);
  await house.garbage.collect();
  await assert.rejects(house.blobsUse.stat(house.admin, 'library/app' as never, layer.digest), {
    code: 'blob-unknown',
  });
});

test('a held removal forgets rows and keeps files until it is let go', async () => {
  const house = await newHouse();
  const image = layeredImage('app', ['layer']);
  await house.push('library/app', image, ['latest']);
  await deleteRepository(house.database, house.clock, house.admin, 'library/app' as never);
  house.advance(10 * MINUTE);
  const hold = house.garbage.hold();
  assert.equal((await house.garbage.collect()).blobs, 2);
  assert.equal((await house.files()).length, 2);
  hold[Symbol.dispose]();
  hold[Symbol.dispose]();
  assert.equal((await house.garbage.collect()).files, 2);
  assert.equal((await house.files()).length, 0);
});

test('idle uploads and staged bytes of nobody go after a day, others stay', async () => {
  const house = await newHouse();
  house.setClock(Date.now());
  const name = 'library/app' as never;
  const idle = await house.uploads.start(house.admin, name);
  await house.uploads.append(house.admin, name, idle.id, bytes('half').body());
  await using lost = await house.blobs.stage('nobody' as StorageKey);
  await lost.settle();
  assert.equal((await house.garbage.collect()).uploads, 0);
  house.advance(25 * 60 * MINUTE);
  const fresh = await house.uploads.start(house.admin, name);
  assert.equal((await house.garbage.collect()).uploads, 2);
  await assert.rejects(house.uploads.size(house.admin, name, idle.id), { code: 'blob-upload-unknown' });
  assert.equal(await house.uploads.size(house.admin, name, fresh.id), 0);
});

test('files that a killed process left without a row are swept away, those of others are not', async () => {
  const house = await newHouse();
  await house.push('library/app', layeredImage('app', ['layer']), ['latest']);
  await using lost = await house.blobs.stage('lost' as StorageKey);
  await lost.publish();
  assert.equal(await house.garbage.sweep(0, undefined, 0), 0, 'what changed since the start is left alone');
  assert.equal(await house.garbage.sweep(Number.POSITIVE_INFINITY, undefined, 0), 1);
  assert.equal((await house.garbage.collect()).files, 1);
  await house.pull('library/app', 'latest');
  assert.equal((await house.files()).length, 2);
});
