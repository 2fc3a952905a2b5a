import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isAssayError } from '../../src/lib/error.ts';
import { addRepository, allPages, digest, manifestOf, name, pushImage, system, tag } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** Repositories, manifests, tags, referrers, pulls. */
export function registryContract(open: OpenDatabase): void {
  describe('registry', () => {
    test('a former name leads to the repository until its time is over', async () => {
      const database = await open();
      const { registry } = database.records;
      const repository = await addRepository(database, 'lib/old');
      await database.change(({ registry: inside }) => inside.renameRepository(repository, name('lib/new'), 100));
      assert.equal(await registry.nameNow(name('lib/old')), 'lib/new');
      assert.equal(await registry.repository(system, name('lib/old')), undefined);
      const renamed = await registry.repository(system, name('lib/new'));
      assert.equal(renamed?.id, repository.id);
      await database.change(({ registry: inside }) =>
        inside.renameRepository({ ...repository, name: name('lib/new') }, name('lib/old'), 200),
      );
      assert.equal(await registry.nameNow(name('lib/old')), undefined, 'its name again');
      assert.equal(await registry.nameNow(name('lib/new')), 'lib/old');
      await database.change(({ registry: inside }) => inside.forgetFormerNames(199));
      assert.equal(await registry.nameNow(name('lib/new')), 'lib/old');
      await database.change(({ registry: inside }) => inside.forgetFormerNames(200));
      assert.equal(await registry.nameNow(name('lib/new')), undefined);
    });

    test('repositories are listed byte by byte in pages, found by search, changed and deleted', async () => {
      const database = await open();
      const { registry } = database.records;
      const names = ['lib/a', 'lib/a-b', 'lib/a.b', 'lib/a/b', 'lib/a_b', 'lib/ab', 'other/z', 'lib/0', 'lib/b'];
      for (const each of names) await addRepository(database, each);
      const sorted = names.toSorted();
      assert.deepEqual(await registry.repositoryNames(system, { limit: 100 }), sorted);
      const paged = await allPages(
        (after) => registry.repositoryNames(system, { after, limit: 2 }),
        (each) => each,
      );
      assert.deepEqual(paged, sorted);
      assert.equal(await registry.countRepositories(system), names.length);
      assert.equal(await registry.countRepositories(system, 'A_B'), 1, 'a wildcard in the search is a letter');
      assert.equal(await registry.countRepositories(system, '%'), 0);
      assert.equal(await registry.countRepositories(system, 'a\\b'), 0);
      const found = await registry.repositories(system, { search: 'Lib/A', limit: 100 });
      assert.deepEqual(
        found.map((each) => each.name),
        sorted.filter((each) => each.startsWith('lib/a')),
      );
      await database.change(async (records) => {
        const repository = await records.registry.repository(system, name('lib/a'));
        assert.ok(repository);
        await records.registry.updateRepository(repository, { visibility: 'public', description: 'Ä "quoted" text' });
      });
      const changed = await registry.repository(system, name('lib/a'));
      assert.equal(changed?.visibility, 'public');
      assert.equal(changed?.description, 'Ä "quoted" text');
      await database.change(({ registry: inside }) => inside.deleteRepository(changed, 20));
      assert.equal(await registry.repository(system, name('lib/a')), undefined);
      assert.equal(await registry.countRepositories(system), names.length - 1);
    });

    test('a manifest keeps its bytes, its tags and their history', async () => {
      const database = await open();
      const { registry } = database.records;
      const repository = await addRepository(database, 'lib/app');
      const raw = new Uint8Array([0, 255, 10, 123, 0]);
      const one = manifestOf('one', ['l1', 'l2'], { raw });
      const two = manifestOf('two', ['l2', 'l3']);
      await pushImage(database, repository, one, ['v1', 'latest'], 10);
      await pushImage(database, repository, two, ['latest'], 20);
      await pushImage(database, repository, two, ['latest'], 30);
      const stored = await registry.manifest(repository, { digest: one.digest });
      assert.deepEqual(new Uint8Array(stored?.raw ?? []), raw);
      assert.equal(stored?.mediaType, one.mediaType);
      assert.equal((await registry.manifest(repository, { tag: tag('latest') }))?.digest, two.digest);
      assert.deepEqual(await registry.tag(repository, tag('latest')), {
        name: 'latest',
        digest: two.digest,
        updatedAt: 20,
        updatedBy: 'ann',
      });
      assert.equal((await registry.tags(repository, { limit: 9 })).find((each) => each.name === 'latest')?.moves, 1);
      assert.deepEqual(await registry.tagsOf(repository, one.digest), ['v1']);
      const history = await registry.tagHistory(repository, tag('latest'), { limit: 10 });
      assert.deepEqual(
        history.map(({ digest: to, previous }) => [to, previous]),
        [
          [two.digest, one.digest],
          [one.digest, undefined],
        ],
      );
      const gone = await database.change((records) =>
        records.registry.deleteManifest(repository, two.digest, 'bob', 40),
      );
      assert.deepEqual(gone, ['latest']);
      assert.equal(await registry.manifest(repository, { tag: tag('latest') }), undefined);
      assert.equal(await registry.hasManifest(repository, two.digest), false);
      const [last] = await registry.tagHistory(repository, tag('latest'), { limit: 1 });
      assert.deepEqual([last?.digest, last?.previous, last?.changedBy], [undefined, two.digest, 'bob']);
      assert.equal(
        await database.change((records) => records.registry.deleteManifest(repository, two.digest, 'bob', 41)),
        undefined,
      );
    });

    test('moves of a tag within one millisecond keep their order in its history', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/fast');
      const words = Array.from({ length: 40 }, (_, index) => `m${index}`);
      for (const word of words) await pushImage(database, repository, manifestOf(word, []), [], 5);
      for (const word of words)
        await database.change(({ registry }) => registry.setTag(repository, tag('t'), digest(word), 'ann', 5));
      const history = await allPages(
        async (after) =>
          after === undefined ? database.records.registry.tagHistory(repository, tag('t'), { limit: 100 }) : [],
        () => 'end',
      );
      assert.deepEqual(
        history.map((each) => each.digest),
        words.toReversed().map(digest),
      );
    });

    test('tag names come byte by byte in pages, and are searched whatever the case', async () => {
      const database = await open();
      const { registry } = database.records;
      const repository = await addRepository(database, 'lib/tags');
      const names = ['1.0', '1.0-rc', '1.0.1', '1.10', 'A', 'B', '_x', 'a', 'a-b', 'a.b', 'b', 'latest'];
      await pushImage(database, repository, manifestOf('m', []), names);
      const sorted = names.toSorted();
      const paged = await allPages(
        (after) => registry.tagNames(repository, { after, limit: 5 }),
        (each) => each,
      );
      assert.deepEqual(paged, sorted);
      const searched = await registry.tags(repository, { search: 'RC', limit: 10 });
      assert.deepEqual(
        searched.map((each) => each.name),
        ['1.0-rc'],
      );
    });

    test('referrers of a subject, filtered and in pages; parents of a child', async () => {
      const database = await open();
      const { registry } = database.records;
      const repository = await addRepository(database, 'lib/signed');
      const other = await addRepository(database, 'lib/other');
      const subject = digest('subject, not stored here');
      const types = ['application/a', 'application/b', 'application/a'];
      for (const [index, artifactType] of types.entries()) {
        const referrer = manifestOf(`r${index}`, [], {
          subject,
          artifactType,
          annotations: { index: String(index) },
          runnable: false,
        });
        await pushImage(database, repository, referrer);
      }
      const all = await registry.referrers(repository, subject, { limit: 10 });
      assert.deepEqual(
        all.map((each) => each.digest),
        [digest('r0'), digest('r1'), digest('r2')].toSorted(),
      );
      assert.deepEqual(all.find((each) => each.digest === digest('r1'))?.annotations, { index: '1' });
      const filtered = await registry.referrers(repository, subject, { limit: 10, artifactType: 'application/a' });
      assert.deepEqual(
        filtered.map((each) => each.digest),
        [digest('r0'), digest('r2')].toSorted(),
      );
      assert.equal((await registry.referrers(repository, subject, { limit: 10, after: all[1]!.digest })).length, 1);
      assert.deepEqual(await registry.referrers(other, subject, { limit: 10 }), []);
      const index = manifestOf('index', [], {
        kind: 'index',
        references: [{ target: digest('r0'), kind: 'manifest', position: 0 }],
      });
      await pushImage(database, repository, index);
      assert.deepEqual(await registry.parents(repository, digest('r0')), [index.digest]);
      assert.deepEqual(await registry.parents(other, digest('r0')), []);
      assert.deepEqual(await registry.missingManifests(repository, [digest('r0'), digest('x')]), [digest('x')]);
    });

    test('pulls add up per digest, tag and day', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/pulled');
      const counts = [
        { digest: digest('m'), tag: 'v1', day: '2026-01-01', count: 2 },
        { digest: digest('m'), tag: '', day: '2026-01-01', count: 1 },
      ];
      await database.change(({ registry }) => registry.addPulls(repository.id, counts));
      await database.change(({ registry }) => registry.addPulls(repository.id, counts));
      const pulls = await database.records.registry.pulls(repository, digest('m'));
      assert.deepEqual(pulls.map((each) => `${each.tag} ${each.count}`).toSorted(), [' 2', 'v1 4']);
    });

    test('a repository that is deleted in the middle of a push takes nothing in', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/gone');
      await pushImage(database, repository, manifestOf('kept', ['l']), ['t']);
      await database.change(({ registry }) => registry.deleteRepository(repository, 20));
      const unknown = (error: unknown) => isAssayError(error, 'name-unknown');
      await assert.rejects(pushImage(database, repository, manifestOf('late', ['l'])), unknown);
      await assert.rejects(
        database.change(({ registry }) => registry.putManifest(repository, manifestOf('late', []), 'ann', 21)),
        unknown,
      );
      assert.equal(await database.records.registry.storedBlob(digest('late-config')), undefined);
    });
  });
}
