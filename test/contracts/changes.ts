import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AssayError, isAssayError } from '../../src/lib/error.ts';
import { addRepository, digest, manifestOf, name, pushImage, storageKey, system, tag } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** `change` is all or nothing, serializable, and one failure does not touch those beside it. */
export function changesContract(open: OpenDatabase): void {
  describe('changes', () => {
    test('a change that throws leaves nothing behind, and its neighbours stand', async () => {
      const database = await open();
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, index) =>
          database.change(async ({ registry }) => {
            await registry.createOrganisation(`org${index}`, 1);
            if (index % 3 === 1) throw new AssayError('denied', 'not this one');
            if (index % 3 === 2) throw new TypeError('a mistake in the program');
            return index;
          }),
        ),
      );
      for (const [index, result] of results.entries()) {
        const there = await database.records.registry.organisationExists(`org${index}`);
        assert.equal(there, index % 3 === 0);
        if (result.status === 'fulfilled') assert.equal(result.value, index);
        else if (index % 3 === 1) assert.ok(isAssayError(result.reason, 'denied'));
        else assert.ok(result.reason instanceof TypeError, 'a mistake stays what it is');
      }
    });

    test('a failed statement fails its own change only', async () => {
      const database = await open();
      await addRepository(database, 'lib/taken');
      const results = await Promise.allSettled([
        database.change(({ registry }) => registry.createOrganisation('before', 1)),
        addRepository(database, 'lib/taken'),
        database.change(({ registry }) => registry.createOrganisation('after', 1)),
      ]);
      assert.deepEqual(
        results.map((each) => each.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal(await database.records.registry.countRepositories(system), 1);
    });

    test('reads inside see the change, reads outside only what is committed', async () => {
      const database = await open();
      let outside: boolean | undefined;
      await database.change(async ({ registry }) => {
        await registry.createOrganisation('fresh', 1);
        assert.equal(await registry.organisationExists('fresh'), true);
        outside = undefined;
      });
      outside = await database.records.registry.organisationExists('fresh');
      assert.equal(outside, true);
    });

    test('many writers count to the right number', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/counted');
      await pushImage(database, repository, manifestOf('m0', []));
      const writers = 40;
      await Promise.all(
        Array.from({ length: writers }, (_, index) =>
          database.change(({ registry }) =>
            registry.setTag(repository, tag('moving'), digest(`m${index}`), `writer ${index}`, 10 + index),
          ),
        ),
      );
      const history = await database.records.registry.tagHistory(repository, tag('moving'), { limit: 100 });
      assert.equal(history.length, writers, 'every move has its entry');
      const previous = history.map((each) => each.previous).filter((each) => each !== undefined);
      assert.equal(new Set(previous).size, writers - 1, 'no two moves started from the same digest');
      const current = await database.records.registry.tag(repository, tag('moving'));
      assert.ok(!previous.includes(current!.digest), 'the tag stands where the last move put it');
    });

    test('check, then act: of many that create the same name one wins', async () => {
      const database = await open();
      const results = await Promise.all(
        Array.from({ length: 20 }, () =>
          database.change(async ({ registry }) => {
            if (await registry.repository(system, name('lib/once'))) return false;
            await registry.createOrganisation('lib', 1);
            await registry.createRepository({
              id: 'id-once' as never,
              name: name('lib/once'),
              visibility: 'private',
              description: '',
              createdAt: 1,
            });
            return true;
          }),
        ),
      );
      assert.equal(results.filter(Boolean).length, 1);
    });

    test('one blob uploaded by many at once is stored under one key', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/same');
      const kept = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          database.change(async ({ registry }) => {
            const blob = { digest: digest('same'), size: 4, storageKey: storageKey(`upload ${index}`) };
            const stored = await registry.addBlob(blob, index);
            await registry.linkBlob(repository, blob.digest, index);
            return stored.storageKey;
          }),
        ),
      );
      assert.equal(new Set(kept).size, 1);
    });

    test('a query of every pull never shows less than what was committed, whenever it is asked', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/read');
      const read = async () =>
        Number((await database.records.registry.repository(system, name('lib/read')))?.description);
      for (let step = 1; step <= 40; step++) {
        const state = { done: false };
        const changed = database
          .change(({ registry }) => registry.updateRepository(repository, { description: String(step) }))
          .then(() => {
            state.done = true;
          });
        const seen: number[] = [];
        while (!state.done) {
          seen.push(await read());
          if (seen.length % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await changed;
        assert.equal(await read(), step);
        assert.deepEqual(
          seen.slice(1).toSorted((a, b) => a - b),
          seen.slice(1),
          'no step back',
        );
      }
    });

    test('what the last change wrote is read at once', async () => {
      const database = await open();
      for (let index = 0; index < 30; index++) {
        await database.change(({ registry }) => registry.createOrganisation(`o${index}`, 1));
        assert.equal(await database.records.registry.organisationExists(`o${index}`), true);
      }
    });
  });
}
