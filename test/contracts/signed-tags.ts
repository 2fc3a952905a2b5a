import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  account,
  addAccount,
  addRepository,
  digest,
  grantTo,
  manifestOf,
  name,
  type OpenDatabase,
  pushImage,
  system,
} from './records-fixture.ts';

const gun = 'reg.example/lib/app';
const noted = (tags: readonly (readonly [string, string])[], more: { drop?: string[]; at?: number } = {}) => ({
  set: tags.map(([tag, of]) => ({ tag, digest: digest(of), since: more.at ?? 5 })),
  drop: more.drop ?? [],
  tags: tags.length,
  goodUntil: 1000,
  at: more.at ?? 5,
});

/** The signed tags that lists are marked by: kept by publishing, joined with what the registry gives out. */
export function signedTagsContract(open: OpenDatabase): void {
  describe('signed tags', () => {
    test('are noted, changed and dropped; marks say what the registry gives out', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('one', ['l1']), ['1', '2']);
      await database.change(async ({ trust }) => {
        await trust.createCollection(repository, gun, 3);
        await trust.changeSignedTags(
          repository,
          gun,
          noted([
            ['1', 'one'],
            ['2', 'other'],
            ['gone', 'one'],
          ]),
        );
      });
      const { trust } = database.records;
      const { items, total } = await trust.differing(repository, gun, 10);
      assert.deepEqual([items, total], [[{ tag: '2', signed: digest('other'), registry: digest('one') }], 1]);
      const marks = await trust.marks(repository, ['1', 'gone', 'absent']);
      assert.deepEqual(marks.map(({ tag, registry, since, goodUntil }) => [tag, registry, since, goodUntil]).sort(), [
        ['1', digest('one'), 5, 1000],
        ['gone', undefined, 5, 1000],
      ]);
      await database.change((records) =>
        records.trust.changeSignedTags(repository, gun, noted([['2', 'one']], { drop: ['gone'], at: 9 })),
      );
      assert.deepEqual(
        (await trust.signedTags(repository, gun)).sort((a, b) => (a.tag < b.tag ? -1 : 1)),
        [
          { tag: '1', digest: digest('one'), since: 5 },
          { tag: '2', digest: digest('one'), since: 9 },
        ],
      );
      assert.equal((await trust.differing(repository, gun, 10)).total, 0);
    });

    test('collections that were never noted are found; a deleted one leaves nothing', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await database.change(({ trust }) => trust.createCollection(repository, gun, 3));
      assert.deepEqual(await database.records.trust.unnoted(5), [{ gun, repositoryName: name('lib/app') }]);
      await database.change(({ trust }) => trust.changeSignedTags(repository, gun, noted([['1', 'one']])));
      assert.deepEqual(await database.records.trust.unnoted(5), []);
      await database.change(({ trust }) => trust.deleteCollection(repository, gun));
      await database.change(({ trust }) => trust.createCollection(repository, gun, 4));
      assert.deepEqual(await database.records.trust.signedTags(repository, gun), []);
      assert.deepEqual(await database.records.trust.marks(repository, ['1']), []);
    });

    test('marks over repositories are those that the viewer may pull from', async () => {
      const database = await open();
      const ann = account('ann');
      await addAccount(database, ann);
      const mine = await addRepository(database, 'lib/mine');
      const hidden = await addRepository(database, 'lib/hidden');
      await grantTo(database, 'ann', 'reader', { repository: name('lib/mine') });
      for (const [repository, of] of [
        [mine, 'a/mine'],
        [hidden, 'a/hidden'],
      ] as const)
        await database.change(async ({ trust }) => {
          await trust.createCollection(repository, of, 1);
          await trust.changeSignedTags(
            repository,
            of,
            noted([
              ['1', 'one'],
              ['2', 'one'],
            ]),
          );
        });
      const wanted = [
        { id: mine.id, tag: '1' },
        { id: hidden.id, tag: '2' },
      ];
      const seen = async (viewer: Parameters<typeof database.records.trust.marksOf>[0]) =>
        (await database.records.trust.marksOf(viewer, wanted)).map((mark) => `${mark.gun}:${mark.tag}`).sort();
      assert.deepEqual(await seen(system), ['a/hidden:2', 'a/mine:1']);
      assert.deepEqual(await seen(ann), ['a/mine:1']);
      assert.deepEqual(await seen(account('stranger')), []);
      assert.deepEqual(await database.records.trust.marksOf(system, []), []);
    });
  });
}
