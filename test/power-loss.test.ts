import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openFileBlobStore } from '../src/adapters/fs/blob-store.ts';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { fsck } from '../src/work/registry/fsck.ts';
import { ForgetfulDisk } from './forgetful-disk.ts';
import { Random } from './random.ts';
import { bytes, layeredImage, RegistryHouse, type TestBlob } from './registry-house.ts';

const times = { condemnedMs: 60_000, uploadIdleMs: 24 * 3600_000 };

test('a disk that drops all that was not synced loses nothing acknowledged, at 100 moments', async (t) => {
  let acknowledged = 0;
  let cutOff = 0;
  for (let round = 0; round < 100; round++) {
    const random = new Random(round);
    const disk = new ForgetfulDisk();
    const database = await memoryDatabase();
    const house = new RegistryHouse(database, await openFileBlobStore('/data', disk), times);
    const repository = 'library/app' as never;
    await house.push(repository, layeredImage('before', ['base']), ['before']);
    disk.failAfter(random.below(60));
    const kept: TestBlob[] = [];
    const push = async (blob: TestBlob, form: number) => {
      try {
        if (form === 0) await house.uploads.whole(house.admin, repository, blob.digest, blob.body());
        else {
          const { id } = await house.uploads.start(house.admin, repository);
          if (form === 2) await house.uploads.append(house.admin, repository, id, blob.body());
          const rest = form === 2 ? bytes('').body() : blob.body();
          await house.uploads.finish(house.admin, repository, id, blob.digest, rest);
        }
        kept.push(blob);
      } catch {
        cutOff++;
      }
    };
    const sizes = Array.from({ length: 8 }, () => 1 + random.below(20_000));
    await Promise.all(sizes.map((size, index) => push(bytes(`${round} ${index % 5} ${'x'.repeat(size)}`), index % 3)));
    acknowledged += kept.length;

    const after = await openFileBlobStore('/data', disk.survivors());
    const again = new RegistryHouse(database, after, times);
    await again.pull(repository, 'before');
    for (const blob of kept) {
      const { reader } = await again.blobsUse.open(again.admin, repository, blob.digest);
      await using open = reader;
      const found = new Uint8Array(open.size);
      await open.read(found, 0);
      assert.deepEqual(found, blob.bytes);
    }
    for await (const step of fsck(
      { database, blobs: after, clock: again.clock },
      { full: true, repair: false, quietBefore: Number.POSITIVE_INFINITY },
    ))
      if (step.kind === 'problem') assert.notEqual(step.weight, 'damage', `${step.code} ${step.subject}`);
  }
  t.diagnostic(`${acknowledged} acknowledged, ${cutOff} cut off`);
  assert.ok(acknowledged > 100 && cutOff > 100);
});

test('the disk of these tests does forget: without the sync of the directory an acknowledged blob is lost', async () => {
  const disk = new ForgetfulDisk();
  const careless = {
    ...methodsOf(disk),
    open: (path: string, flags: string | number) => openWithoutSync(disk, path, flags),
  };
  const house = new RegistryHouse(await memoryDatabase(), await openFileBlobStore('/data', careless), times);
  await house.push('library/app', layeredImage('lost', ['layer']), ['latest']);
  const after = new RegistryHouse(house.database, await openFileBlobStore('/data', disk.survivors()), times);
  await assert.rejects(after.pull('library/app', 'latest'), { code: 'blob-damaged' });
});

function methodsOf(disk: ForgetfulDisk) {
  return {
    rename: disk.rename.bind(disk),
    unlink: disk.unlink.bind(disk),
    mkdir: disk.mkdir.bind(disk),
    readdir: disk.readdir.bind(disk),
    stat: disk.stat.bind(disk),
  };
}

async function openWithoutSync(disk: ForgetfulDisk, path: string, flags: string | number) {
  return { ...(await disk.open(path, flags)), sync: () => Promise.resolve() };
}
