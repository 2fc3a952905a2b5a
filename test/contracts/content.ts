import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Observation } from '../../src/content/findings/observation.ts';
import type { JudgedPackage } from '../../src/ports/content-records.ts';
import { finding, imageOf, packageOf } from './content-fixture.ts';
import { addRepository, digest, manifestOf, name, pushImage, storageKey, system } from './records-fixture.ts';
import type { OpenDatabase } from './records-fixture.ts';

/** Inventories, findings, counts, and judging them anew. */
export function contentContract(open: OpenDatabase): void {
  describe('content', () => {
    test('findings are counted once per vulnerability and source package, at their worst', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('m', ['l']), ['t']);
      const image = imageOf(digest('m'));
      const twin = packageOf('libssl', '1.0');
      const packages = [
        { package: packageOf('openssl', '1.0'), findings: [finding('CVE-1', 'high', '1.1'), finding('CVE-2', 'low')] },
        {
          package: { ...twin, installed: { ...twin.installed, sourceName: 'openssl-source' } },
          findings: [finding('CVE-1', 'critical')],
        },
        { package: packageOf('bash', '5'), findings: [] },
        { package: { ...packageOf('ghost', '0'), key: undefined }, findings: [] },
      ];
      await database.change(({ content }) => content.putImage(image, packages, 'set-1'));
      await database.change(({ content }) => content.putImage(image, packages, 'set-1'));
      const { content } = database.records;
      const judgement = await content.judgement(digest('m'));
      assert.equal(judgement?.packageCount, 4);
      assert.equal(judgement.unjudged, 1);
      assert.deepEqual(judgement.counts.total, { critical: 1, high: 0, medium: 0, low: 1, negligible: 0, unknown: 0 });
      assert.equal(judgement.counts.fixable.critical, 1);
      assert.deepEqual(
        (await content.packages(digest('m'))).map((each) => [each.installed.name, each.findings]),
        [
          ['bash', 0],
          ['ghost', 0],
          ['libssl', 1],
          ['openssl', 2],
        ],
      );
      assert.deepEqual(
        (await content.findings(digest('m'))).map((each) => [each.finding.id, each.package.name]),
        [
          ['CVE-1', 'libssl'],
          ['CVE-1', 'openssl'],
          ['CVE-2', 'openssl'],
        ],
      );
      assert.deepEqual((await content.imageAnalysis(digest('m')))?.distribution, image.distribution);
      assert.equal((await content.judgements([digest('m'), digest('none')])).size, 1);
    });

    test('what else was found is kept in its order, replaced by the next analysis, and forgotten with the image', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      await pushImage(database, repository, manifestOf('m', ['l']), ['t']);
      const seen = (id: string): Observation => ({
        kind: 'secret',
        id,
        title: 'Über “x”',
        severity: 'high',
        place: 'file',
        path: 'a\tb',
        line: 3,
        layer: 0,
        removed: true,
      });
      const image = imageOf(digest('m'));
      await database.change(({ content }) => content.putImage(image, [], 's', [seen('b'), seen('a')]));
      const { content } = database.records;
      assert.deepEqual(await content.observations(digest('m')), [seen('b'), seen('a')]);
      await database.change((records) => records.content.putImage(image, [], 's', [seen('c')]));
      assert.deepEqual(await content.observations(digest('m')), [seen('c')]);
      await database.change((records) => records.content.forgetImage(digest('m')));
      assert.deepEqual(await content.observations(digest('m')), []);
    });

    test('images that earlier analysers read are told of; a layer read anew lets the older artefact go', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      for (const word of ['m', 'n']) await pushImage(database, repository, manifestOf(word, ['l']));
      const { content } = database.records;
      await database.change((records) =>
        records.content.putImage({ ...imageOf(digest('m')), analyserVersion: 'old' }, [], 's'),
      );
      await database.change((records) =>
        records.content.putImage({ ...imageOf(digest('n')), analyserVersion: 'new' }, [], 's'),
      );
      assert.deepEqual(await content.imagesReadBefore('new', { limit: 10 }), [digest('m')]);
      assert.deepEqual(await content.imagesReadBefore('new', { after: digest('m'), limit: 10 }), []);
      const layer = { layer: digest('l'), diffId: digest('d'), entries: 1, uncompressedSize: 1 };
      for (const [analyserVersion, key] of [
        ['old', 'artefact-old'],
        ['new', 'artefact-new'],
      ] as const)
        await database.change((records) =>
          records.content.addLayerAnalysis({ ...layer, analyserVersion, storageKey: storageKey(key) }, 1),
        );
      assert.equal(await content.layerAnalysis(digest('l'), 'old'), undefined);
      assert.equal((await content.layerAnalysis(digest('l'), 'new'))?.storageKey, storageKey('artefact-new'));
      assert.ok((await database.records.registry.removals(10)).includes(storageKey('artefact-old')));
      const beyond = { ...layer, analyserVersion: 'new', storageKey: storageKey('artefact-beyond') };
      for (const replaced of ['artefact-new', 'artefact-gone'])
        assert.equal(
          await database.change((records) => records.content.addLayerAnalysis(beyond, 2, storageKey(replaced))),
          beyond.storageKey,
        );
      assert.ok((await database.records.registry.removals(10)).includes(storageKey('artefact-new')));
    });

    test('a package judged anew changes the counts of the images that hold it, and of no other', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/app');
      for (const word of ['a', 'b']) await pushImage(database, repository, manifestOf(word, ['l']));
      const shared = packageOf('zlib', '1');
      await database.change(async ({ content }) => {
        await content.putImage(imageOf(digest('a')), [{ package: shared, findings: [] }], 's');
        await content.putImage(imageOf(digest('b')), [{ package: packageOf('curl', '8'), findings: [] }], 's');
      });
      const { content } = database.records;
      assert.deepEqual(await content.packagesOf([{ ecosystem: 'Debian:12', name: 'zlib-source' }]), [
        { id: shared.id, key: shared.key },
      ]);
      const now = [finding('CVE-9', 'medium')];
      const replaced = await database.change((records) => records.content.replaceFindings(shared.id, now));
      assert.equal((replaced?.added.length ?? 0) + (replaced?.changed.length ?? 0) > 0, true);
      const again = await database.change((records) => records.content.replaceFindings(shared.id, now));
      assert.equal(again, undefined);
      assert.deepEqual([...(await content.imagesOfPackages([shared.id]))], [[digest('a'), [shared.id]]]);
      await database.change((records) => records.content.recount([digest('a')], 's2', 200));
      assert.equal((await content.judgement(digest('a')))?.counts.total.medium, 1);
      assert.equal((await content.judgement(digest('a')))?.advisories, 's2');
      assert.equal((await content.judgement(digest('b')))?.advisories, 's');
      assert.deepEqual(
        (await content.allPackages({ limit: 10 })).map((each) => each.id),
        ['curl-8', 'zlib-1'],
      );
      await database.change((records) => records.content.setJudgedWith('s2'));
      await database.change((records) => records.content.setJudgedWith('s3'));
      assert.equal(await content.judgedWith(), 's3');
    });

    test('a malicious package is malware, and counts as no vulnerability', async () => {
      const database = await open();
      await pushImage(database, await addRepository(database, 'lib/m'), manifestOf('m', ['l']));
      const findings = [finding('MAL-2026-1', 'critical'), finding('CVE-1', 'low')];
      await database.change(({ content }) =>
        content.putImage(imageOf(digest('m')), [{ package: packageOf('evil', '1'), findings }], 's'),
      );
      const { content } = database.records;
      assert.deepEqual(
        (await content.findings(digest('m'))).map((each) => each.finding.id),
        ['CVE-1'],
      );
      assert.deepEqual(
        (await content.observations(digest('m'))).map((each) => `${each.kind} ${each.id} ${each.title} ${each.path}`),
        ['malware MAL-2026-1 malicious package evil 1 var/lib/dpkg/status'],
      );
      const counts = (await content.judgement(digest('m')))?.counts.total;
      assert.deepEqual([counts?.critical, counts?.low], [0, 1]);
      assert.equal((await content.packages(digest('m')))[0]?.findings, 1);
    });

    test('packages of repositories are found by these, and by their name under any product', async () => {
      const database = await open();
      const plain = packageOf('curl', '8');
      const drawn: JudgedPackage = {
        ...packageOf('openssl', '3'),
        key: { ecosystem: 'Red Hat:enterprise_linux:9', name: 'openssl', version: '3', repositories: ['a', 'b'] },
      };
      await pushImage(database, await addRepository(database, 'lib/r'), manifestOf('a', ['l']));
      await database.change(async ({ content }) => {
        const packages = [plain, drawn].map((each) => ({ package: each, findings: [] }));
        await content.putImage(imageOf(digest('a')), packages, 's');
      });
      const { content } = database.records;
      const found = [{ id: drawn.id, key: drawn.key }];
      assert.deepEqual(await content.packagesFrom(new Set(['b', 'x'])), found);
      assert.deepEqual(await content.packagesFrom(new Set(['x'])), []);
      assert.deepEqual(await content.packagesOf([{ ecosystem: 'Red Hat', name: 'openssl' }]), found);
    });

    test('images with a vulnerability come in pages, each whole, in the order of name and digest', async () => {
      const database = await open();
      const names = ['lib/a', 'lib/a-b', 'lib/a.c'];
      for (const each of names) {
        const repository = await addRepository(database, each);
        const manifest = manifestOf(each, ['l']);
        await pushImage(database, repository, manifest, ['t1', 't2']);
        await database.change(({ content }) =>
          content.putImage(
            imageOf(manifest.digest),
            [
              { package: packageOf('x', '1'), findings: [finding('CVE-7', 'low', '2')] },
              { package: packageOf('y', '1'), findings: [finding('CVE-7', 'high')] },
            ],
            's',
          ),
        );
      }
      const { content } = database.records;
      let after: string | undefined;
      const seen: string[] = [];
      for (let page = 0; page < 4; page++) {
        const [image] = await content.imagesWith(system, 'CVE-7', { after, limit: 1 });
        if (!image) break;
        assert.deepEqual(image.tags, ['t1', 't2']);
        assert.deepEqual(
          image.packages.map((each) => [each.name, each.fixedVersion]),
          [
            ['x', '2'],
            ['y', undefined],
          ],
        );
        assert.equal(image.severity, 'high');
        seen.push(image.repository);
        after = `${image.repository}@${image.digest}`;
      }
      assert.deepEqual(seen, names);
      assert.equal((await content.imagesHolding(system, 'x', { limit: 2 })).length, 2);
    });

    test('what was found in an image goes with its last manifest, packages that no image holds too', async () => {
      const database = await open();
      const one = await addRepository(database, 'lib/one');
      const two = await addRepository(database, 'lib/two');
      for (const each of [one, two]) await pushImage(database, each, manifestOf('m', ['l']));
      await pushImage(database, one, manifestOf('other', ['l']));
      await database.change(async ({ content }) => {
        const only = { package: packageOf('only', '1'), findings: [finding('CVE-1', 'low')] };
        const both = { package: packageOf('both', '1'), findings: [] };
        await content.putImage(imageOf(digest('m')), [only, both], 's');
        await content.putImage(imageOf(digest('other')), [both], 's');
      });
      const { content } = database.records;
      const remove = (repository: typeof one) =>
        database.change(({ registry }) => registry.deleteManifest(repository, digest('m'), 'ann', 50));
      await remove(one);
      assert.ok(await content.imageAnalysis(digest('m')));
      await remove(two);
      const former = await content.imagesThatHad(system, 'CVE-1', { since: 50, limit: 9 });
      assert.deepEqual(former.map((each) => [each.repository, each.deletedAt]).toSorted(), [
        ['lib/one', 50],
        ['lib/two', 50],
      ]);
      assert.deepEqual(await content.imagesThatHad(system, 'CVE-1', { since: 51, limit: 9 }), []);
      assert.equal(await content.imageAnalysis(digest('m')), undefined);
      assert.equal(await content.judgement(digest('m')), undefined);
      assert.deepEqual(
        (await content.allPackages({ limit: 10 })).map((each) => each.id),
        ['both-1'],
      );
      assert.deepEqual(await content.imagesWith(system, 'CVE-1', { limit: 10 }), []);
    });

    test('nothing is kept for an image or a layer that went while it was read', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/quick');
      await database.change(({ content }) =>
        content.putImage(imageOf(digest('gone')), [{ package: packageOf('p', '1'), findings: [] }], 's'),
      );
      const { content } = database.records;
      assert.equal(await content.imageAnalysis(digest('gone')), undefined);
      assert.deepEqual(await content.allPackages({ limit: 10 }), []);
      const analysis = {
        layer: digest('layer'),
        analyserVersion: '1',
        storageKey: storageKey('artefact'),
        diffId: 'sha256:x',
        entries: 3,
        uncompressedSize: 10,
      };
      const add = (key: string) =>
        database.change((records) =>
          records.content.addLayerAnalysis({ ...analysis, storageKey: storageKey(key) }, 60),
        );
      assert.equal(await add('artefact'), undefined);
      await pushImage(database, repository, manifestOf('m', ['layer']));
      assert.equal(await add('artefact'), storageKey('artefact'));
      assert.equal(await add('made twice'), storageKey('artefact'), 'the first one stays in force');
      assert.deepEqual(await content.layerAnalysis(digest('layer'), '1'), analysis);
      assert.equal(await content.layerAnalysis(digest('layer'), '2'), undefined);
      assert.deepEqual(
        (await content.repositoriesOf(digest('m'))).map((each) => each.name),
        [name('lib/quick')],
      );
    });

    test('text with NUL and other odd characters comes back without harm', async () => {
      const database = await open();
      const repository = await addRepository(database, 'lib/odd');
      await pushImage(database, repository, manifestOf('m', ['l']));
      const odd = packageOf('nul\u0000and\u2028more', "1'; drop table packages; --");
      await database.change(({ content }) =>
        content.putImage(imageOf(digest('m')), [{ package: odd, findings: [] }], 's'),
      );
      const [found] = await database.records.content.packages(digest('m'));
      assert.equal(found?.installed.version, odd.installed.version);
      assert.equal(found.installed.name.replace('\0', '\ufffd'), 'nul\ufffdand\u2028more');
    });
  });
}
