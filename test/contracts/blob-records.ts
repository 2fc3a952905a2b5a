import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addRepository, digest, keep, manifestOf, pushImage, storageKey } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** The life of a blob's row: linked, needed, released, condemned, revived, forgotten; and upload sessions. */
export function blobRecordsContract(open: OpenDatabase): void {
  describe('blobs and uploads', () => {
    test('a blob without a manifest goes after its time, in two steps', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      const blob = { digest: digest('b'), size: 3, storageKey: storageKey('b') };
      await database.change(async ({ registry }) => {
        await registry.addBlob(blob, 10);
        await registry.linkBlob(repository, blob.digest, 10);
      });
      const condemn = (at: number) => database.change(({ registry }) => registry.condemnUnreferenced(at, 100));
      assert.equal(await condemn(10 + keep.afterUploadMs - 1), 0);
      assert.deepEqual(await database.records.registry.blob(repository, blob.digest), blob);
      assert.equal(await condemn(10 + keep.afterUploadMs), 1);
      assert.equal(await database.records.registry.blob(repository, blob.digest), undefined);
      const condemned = await database.records.registry.condemnedBefore(10 + keep.afterUploadMs, 10);
      assert.deepEqual(condemned, [blob]);
      assert.deepEqual(await database.records.registry.condemnedBefore(9 + keep.afterUploadMs, 10), []);
      const forget = () => database.change(({ registry }) => registry.forgetBlob(blob.digest, blob.storageKey, 5000));
      assert.equal(await forget(), true);
      assert.equal(await forget(), false);
      assert.equal(await database.records.registry.storedBlob(blob.digest), undefined);
    });

    test('a condemned blob that comes back keeps its first bytes and is not forgotten', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      const first = { digest: digest('b'), size: 3, storageKey: storageKey('first') };
      await database.change(async ({ registry }) => {
        await registry.addBlob(first, 10);
        await registry.linkBlob(repository, first.digest, 10);
        await registry.unlinkBlob(repository, first.digest, 20);
      });
      assert.equal((await database.records.registry.condemnedBefore(20, 10)).length, 1);
      const second = await database.change(async ({ registry }) => {
        const kept = await registry.addBlob({ ...first, storageKey: storageKey('second') }, 30);
        await registry.linkBlob(repository, first.digest, 30);
        return kept;
      });
      assert.equal(second.storageKey, first.storageKey);
      const forgotten = await database.change(({ registry }) =>
        registry.forgetBlob(first.digest, first.storageKey, 40),
      );
      assert.equal(forgotten, false);
      assert.deepEqual(await database.records.registry.condemnedBefore(1e6, 10), []);
    });

    test('forgetting and reviving at once: either the bytes stay or the uploader’s own are used', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      for (let round = 0; round < 20; round++) {
        const old = { digest: digest(`r${round}`), size: 1, storageKey: storageKey(`old ${round}`) };
        await database.change(async ({ registry }) => {
          await registry.addBlob(old, 1);
          await registry.linkBlob(repository, old.digest, 1);
          await registry.unlinkBlob(repository, old.digest, 2);
        });
        const own = storageKey(`new ${round}`);
        const changes = [
          database.change(({ registry }) => registry.forgetBlob(old.digest, old.storageKey, 3)),
          database.change(async ({ registry }) => {
            const kept = await registry.addBlob({ ...old, storageKey: own }, 3);
            await registry.linkBlob(repository, old.digest, 3);
            return kept.storageKey === own;
          }),
        ];
        const [forgotten, ownUsed] = await Promise.all(round % 2 === 0 ? changes : changes.toReversed());
        assert.equal(forgotten, ownUsed, 'the old file goes exactly when the new one took its place');
        const stored = await database.records.registry.blob(repository, old.digest);
        assert.equal(stored?.storageKey, forgotten ? own : old.storageKey);
      }
    });

    test('manifests hold their blobs; the last one to go releases them', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      const elsewhere = await addRepository(database, 'lib/b');
      await pushImage(database, repository, manifestOf('one', ['shared', 'only-one']), [], 10);
      await pushImage(database, repository, manifestOf('two', ['shared']), [], 10);
      await pushImage(database, elsewhere, manifestOf('one', ['shared', 'only-one']), [], 10);
      const { registry } = database.records;
      const condemn = (at: number) => database.change((records) => records.registry.condemnUnreferenced(at, 100));
      assert.equal(await condemn(1e6), 0);
      assert.equal(await registry.blobIsReferenced(repository, digest('shared')), true);
      await database.change((records) => records.registry.deleteManifest(repository, digest('one'), 'ann', 2000));
      assert.equal(await registry.blobIsReferenced(repository, digest('only-one')), false);
      assert.equal(await condemn(2000 + keep.afterDeleteMs - 1), 0);
      assert.equal(await condemn(2000 + keep.afterDeleteMs), 2, 'its own layer and its configuration');
      assert.equal(await registry.blob(repository, digest('only-one')), undefined);
      assert.ok(await registry.blob(repository, digest('shared')));
      assert.ok(await registry.blob(elsewhere, digest('only-one')), 'linked elsewhere, so still stored');
      assert.deepEqual(await registry.condemnedBefore(1e6, 10), []);
      await database.change((records) => records.registry.deleteRepository(elsewhere, 3000));
      const condemned = await registry.condemnedBefore(3000, 10);
      assert.deepEqual(
        condemned.map((each) => each.digest).toSorted(),
        [digest('only-one'), digest('one-config')].toSorted(),
      );
    });

    test('a lease keeps an unreferenced blob for a while, and at most a day after it was needed', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      await pushImage(database, repository, manifestOf('one', ['l']), [], 10);
      await database.change(({ registry }) => registry.deleteManifest(repository, digest('one'), 'ann', 1000));
      const condemn = (at: number) => database.change(({ registry }) => registry.condemnUnreferenced(at, 100));
      const lease = (at: number) => database.change(({ registry }) => registry.lease(repository, digest('l'), at));
      await lease(1090);
      assert.equal(await condemn(1000 + keep.afterDeleteMs), 1, 'only the configuration, which nobody leased');
      assert.ok(await database.records.registry.blob(repository, digest('l')));
      const day = 24 * 3600_000;
      for (let at = 1100; at < 1000 + 2 * day; at += day / 4) await lease(at);
      assert.equal(await condemn(1000 + day), 1);
    });

    test('upload sessions belong to a repository and a principal', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/a');
      const other = await addRepository(database, 'lib/b');
      const session = (id: string, startedAt: number) => ({
        id,
        repositoryId: repository.id,
        principal: 'ann',
        storageKey: storageKey(id),
        algorithm: 'sha512' as const,
        startedAt,
      });
      await database.change(async ({ registry }) => {
        await registry.startUpload(session('one', 10));
        await registry.startUpload(session('two', 20));
      });
      const { registry } = database.records;
      assert.deepEqual(await registry.upload(repository, 'ann', 'one'), session('one', 10));
      assert.equal(await registry.upload(other, 'ann', 'one'), undefined);
      assert.equal(await registry.upload(repository, 'bob', 'one'), undefined);
      assert.equal(await registry.countUploads('ann'), 2);
      assert.deepEqual(await registry.uploadsStartedBefore(20, 10), [session('one', 10)]);
      await database.change((records) => records.registry.endUpload('one'));
      assert.deepEqual(await registry.uploadKeys(), [storageKey('two')]);
      await database.change((records) => records.registry.deleteRepository(repository, 30));
      assert.equal(await registry.countUploads('ann'), 0);
    });
  });
}
