import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addRepository, digest, manifestOf, pushImage, storageKey } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** What fsck and backup ask of the rows. */
export function upkeepContract(open: OpenDatabase): void {
  describe('upkeep', () => {
    test('a sound database has nothing broken, and a repair changes nothing in it', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('one', ['a', 'b']), ['t1', 't2']);
      await pushImage(database, repository, manifestOf('two', ['b']), ['t3']);
      await database.change(({ content }) =>
        content.addLayerAnalysis(
          {
            layer: digest('a'),
            analyserVersion: '1',
            storageKey: storageKey('artefact'),
            diffId: 'sha256:x',
            entries: 1,
            uncompressedSize: 1,
          },
          1,
        ),
      );
      const { upkeep } = database.records;
      const counts = { blobs: 4, bytes: 28, manifests: 2, artefacts: 1, tags: 3 };
      assert.deepEqual(await upkeep.counts(), counts);
      assert.deepEqual(await upkeep.brokenReferences(100), []);
      await database.change((records) => records.upkeep.repairReferences(5));
      assert.deepEqual(await upkeep.counts(), counts);
      const [first, ...rest] = await upkeep.manifests({ limit: 1 });
      assert.equal(rest.length, 0);
      const [second] = await upkeep.manifests({ after: first?.digest, limit: 1 });
      assert.deepEqual([first?.digest, second?.digest], [digest('one'), digest('two')].toSorted());
      assert.deepEqual(await upkeep.artefacts({ limit: 5 }), [
        { layer: digest('a'), storageKey: storageKey('artefact') },
      ]);
    });

    test('a lost blob is taken out, seen as missing, and needed again when it comes back', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('one', ['a']), ['t']);
      const drop = () =>
        database.change(({ registry }) => registry.dropDamagedBlob(digest('a'), storageKey(digest('a')), 20));
      assert.equal(await drop(), true);
      assert.equal(await drop(), false);
      assert.deepEqual(await database.records.registry.removals(10), [storageKey(digest('a'))]);
      const [broken] = await database.records.upkeep.brokenReferences(10);
      assert.deepEqual(broken, {
        code: 'manifest-without-blob',
        subject: `lib/app@${digest('one')} needs ${digest('a')}`,
      });
      await database.change(async ({ registry }) => {
        await registry.addBlob({ digest: digest('a'), size: 7, storageKey: storageKey('again') }, 30);
        await registry.linkBlob(repository, digest('a'), 30);
      });
      assert.equal(await database.records.registry.blobIsReferenced(repository, digest('a')), true);
      assert.deepEqual(await database.records.upkeep.brokenReferences(10), []);
    });

    test('files are known while a row or a noted removal names them', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('one', []), ['t']);
      const known = storageKey(digest('one-config'));
      await database.change(({ registry }) => registry.noteRemovals([storageKey('gone'), storageKey('gone')], 5));
      const { registry } = database.records;
      const ask = [known, storageKey('gone'), storageKey('nobody')];
      assert.deepEqual(await registry.unknownKeys(ask), [storageKey('nobody')]);
      await database.change((records) => records.registry.removed([storageKey('gone')]));
      assert.deepEqual(
        (await registry.unknownKeys(ask)).toSorted(),
        [storageKey('gone'), storageKey('nobody')].toSorted(),
      );
    });
  });
}
