import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyException } from '../../src/policy/exception.ts';
import type { PolicyDenial } from '../../src/ports/policy-records.ts';
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
  tag,
} from './records-fixture.ts';

const written = (organisation: string, policy: string, text: string) => ({
  organisation,
  name: policy,
  text,
  updatedAt: 5,
  updatedBy: 'ann',
});

function exception(id: string, more: Partial<PolicyException> = {}): PolicyException {
  return {
    id,
    kind: 'exception',
    organisation: 'shop',
    owner: 'ann',
    reason: 'r',
    scope: { repository: 'shop/**', gates: ['pull'] },
    createdAt: 1,
    expiresAt: 100,
    ...more,
  };
}

/** The policy room: what rules, what is set aside, what is held back, what was refused, how healthy images were. */
export function policyContract(open: OpenDatabase): void {
  describe('policies', () => {
    test('policies of the organisation and of the house, by name; each change is a version that stays', async () => {
      const database = await open();
      const put = (organisation: string, policy: string, text: string) =>
        database.change(({ policy: room }) => room.putPolicy(written(organisation, policy, text)));
      const first = await put('shop', 'base', 'one');
      await put('', 'house', 'h');
      await put('other', 'base', 'o');
      const second = await put('shop', 'base', 'two');
      assert.deepEqual([first.version, second.version, first.id === second.id], [1, 2, true]);
      const { policy } = database.records;
      assert.deepEqual(
        (await policy.policies('shop')).map((each) => `${each.organisation} ${each.name} ${each.text}`),
        ['shop base two', ' house h'],
      );
      assert.equal((await policy.allPolicies()).length, 3);
      assert.deepEqual(
        (await policy.policyVersions('shop', 'base')).map(({ version, text }) => [version, text]),
        [
          [2, 'two'],
          [1, 'one'],
        ],
      );
      assert.equal(await database.change(({ policy: room }) => room.deletePolicy('shop', 'base')), true);
      assert.equal(await database.change(({ policy: room }) => room.deletePolicy('shop', 'base')), false);
      assert.equal(await policy.policy('shop', 'base'), undefined);
      assert.equal((await policy.policyVersions('shop', 'base')).length, 2);
      assert.equal((await put('shop', 'base', 'three')).version, 3, 'no version is used twice');
    });

    test('whatever rules in an organisation counts its revision up; the house’s counts everywhere', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const { policy } = database.records;
      let before = [await policy.rulesRevision('shop'), await policy.rulesRevision('other')];
      const changes = async (what: string, change: () => Promise<unknown>, both = false) => {
        await change();
        const after = [await policy.rulesRevision('shop'), await policy.rulesRevision('other')];
        assert.notEqual(after[0], before[0], what);
        assert.equal(after[1] !== before[1], both, `${what}: elsewhere`);
        before = after;
      };
      const release = { state: 'held', by: 'ann', reason: 'r', at: 3 } as const;
      const profile = { text: 'minimum: B', updatedAt: 1, updatedBy: 'ann' };
      await changes('policy', () => database.change((r) => r.policy.putPolicy(written('shop', 'a', 't'))));
      await changes('policy gone', () => database.change((r) => r.policy.deletePolicy('shop', 'a')));
      await changes('house', () => database.change((r) => r.policy.putPolicy(written('', 'a', 't'))), true);
      await changes('exception', () => database.change((r) => r.policy.addException(exception('x'))));
      await changes('exception ended', () => database.change((r) => r.policy.endException('x', 50)));
      await changes(
        'house exception',
        () => database.change((r) => r.policy.addException(exception('y', { organisation: '' }))),
        true,
      );
      await changes('held', () => database.change((r) => r.policy.setRelease(repository, digest('a'), release)));
      await changes('profile', () =>
        database.change((r) => r.policy.setHealthProfile({ organisation: 'shop', ...profile })),
      );
      await changes('profile gone', () => database.change((r) => r.policy.deleteHealthProfile('shop')));
      await changes(
        'house profile',
        () => database.change((r) => r.policy.setHealthProfile({ organisation: '', ...profile })),
        true,
      );
      const same = await policy.rulesRevision('shop');
      await database.change((r) => r.policy.endException('absent', 1));
      assert.equal(await policy.rulesRevision('shop'), same, 'what changed nothing counts nothing');
    });

    test('exceptions keep what they say, and end once', async () => {
      const database = await open();
      const { policy } = database.records;
      await database.change(async (r) => {
        await r.policy.addException(exception('a', { createdAt: 1 }));
        await r.policy.addException(exception('b', { createdAt: 2, kind: 'break-glass', ticket: 'T-1' }));
      });
      assert.deepEqual(
        (await policy.exceptions('shop')).map(({ id }) => id),
        ['b', 'a'],
      );
      assert.deepEqual(await policy.exception('a'), exception('a', { createdAt: 1 }));
      assert.equal(await database.change((r) => r.policy.endException('a', 40)), true);
      assert.equal(await database.change((r) => r.policy.endException('a', 40)), false);
      assert.equal((await policy.exception('a'))?.expiresAt, 40);
      assert.deepEqual(
        (await policy.exceptions('shop', 40)).map(({ id }) => id),
        ['b'],
        'at its end it is over',
      );
      assert.deepEqual(await policy.exceptions('other'), []);
    });

    test('exceptions that end soon, and those that have ended by themselves until somebody was told', async () => {
      const database = await open();
      const { policy } = database.records;
      await database.change(async (r) => {
        for (const [id, expiresAt] of [
          ['a', 50],
          ['b', 60],
          ['c', 90],
        ] as const)
          await r.policy.addException(exception(id, { expiresAt }));
        await r.policy.endException('b', 40);
      });
      const ids = (some: readonly PolicyException[]) => some.map(({ id }) => id);
      assert.deepEqual(ids(await policy.exceptionsEnding(45, 90, 9)), ['a', 'c']);
      assert.deepEqual(ids(await policy.expiredExceptions(45, 9)), [], 'what somebody ended was told then');
      assert.deepEqual(ids(await policy.expiredExceptions(95, 9)), ['a', 'c']);
      await database.change((r) => r.policy.markExpired('a'));
      assert.deepEqual(ids(await policy.expiredExceptions(95, 9)), ['c']);
    });

    test('pulls of some days, added up by image and tag, of what the viewer may pull', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const { policy } = database.records;
      await database.change(({ registry }) =>
        registry.addPulls(repository.id, [
          { digest: digest('a'), tag: 'v1', day: '2026-11-01', count: 5 },
          { digest: digest('a'), tag: 'v1', day: '2026-11-20', count: 2 },
          { digest: digest('a'), tag: 'v1', day: '2026-11-21', count: 3 },
          { digest: digest('a'), tag: '', day: '2026-11-21', count: 1 },
        ]),
      );
      const asked = { since: '2026-11-10', limit: 9 };
      assert.deepEqual(await policy.pullsSince(system, asked), [
        { repository: 'shop/app', digest: digest('a'), tag: 'v1', pulls: 5, lastDay: '2026-11-21' },
        { repository: 'shop/app', digest: digest('a'), tag: undefined, pulls: 1, lastDay: '2026-11-21' },
      ]);
      assert.deepEqual(await policy.pullsSince(account('stranger'), asked), []);
      assert.deepEqual(await policy.pullsSince(system, { ...asked, organisation: 'other' }), []);
      assert.equal((await policy.pullsSince(system, { ...asked, repository: 'shop/app' })).length, 2);
    });

    test('held images, per repository; only who may pull sees them', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const other = await addRepository(database, 'other/app');
      const reader = account('reader');
      await addAccount(database, reader);
      await grantTo(database, 'reader', 'reader', { organisation: 'shop' });
      const { policy } = database.records;
      const held = { state: 'held', by: 'ann', reason: 'r', at: 3 } as const;
      await database.change(async (r) => {
        await r.policy.setRelease(repository, digest('a'), held);
        await r.policy.setRelease(other, digest('a'), { ...held, at: 4 });
      });
      assert.equal(await policy.holdsAny('shop'), true);
      assert.deepEqual(await policy.release(repository, digest('a')), held);
      assert.equal(await policy.release(repository, digest('b')), undefined);
      assert.deepEqual(
        (await policy.releases(reader, { limit: 9 })).map((each) => each.repository),
        ['shop/app'],
      );
      assert.equal((await policy.releases(system, { limit: 9 })).length, 2);
      assert.deepEqual(await policy.releases(account('stranger'), { limit: 9 }), []);
      await database.change((r) => r.policy.setRelease(repository, digest('a'), { ...held, state: 'released', at: 5 }));
      assert.equal(await policy.holdsAny('shop'), false);
      assert.deepEqual(await policy.releases(system, { limit: 9, state: 'held' }), [
        { ...held, at: 4, repository: 'other/app', digest: digest('a') },
      ]);
    });

    test('many images that were let go in one moment are each on some page', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const all = Array.from({ length: 7 }, (_, at) => digest(`image ${at}`));
      await database.change(async (r) => {
        for (const each of all)
          await r.policy.setRelease(repository, each, { state: 'released', by: 'ann', reason: 'r', at: 3 });
      });
      const seen = new Set<string>();
      for (let after: string | undefined; ; ) {
        const page = await database.records.policy.releases(system, { limit: 3, after });
        for (const each of page) seen.add(each.digest);
        const last = page.at(-1);
        if (!last) break;
        after = `${last.at} ${last.repository} ${last.digest}`;
      }
      assert.equal(seen.size, all.length);
    });

    test('a digest is held in a whole organisation, whether it is there or not', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const elsewhere = await addRepository(database, 'other/app');
      const { policy } = database.records;
      const hold = { digest: digest('bad'), by: 'ann', reason: 'reported', at: 7 };
      const before = [await policy.rulesRevision('shop'), await policy.factsVersion(repository, digest('bad'))];
      assert.equal(await policy.holdsAny('shop'), false);
      await database.change((r) => r.policy.setOrganisationHold('shop', hold));
      await database.change((r) =>
        r.policy.setRelease(repository, digest('bad'), { state: 'released', by: 'bob', reason: 'r', at: 9 }),
      );
      assert.equal(await policy.holdsAny('shop'), true);
      assert.equal(await policy.holdsAny('other'), false);
      assert.deepEqual(await policy.organisationHolds('shop'), [hold]);
      const { digest: _digest, ...word } = hold;
      assert.deepEqual(await policy.release(repository, digest('bad')), { state: 'held', ...word, everywhere: true });
      assert.equal(await policy.release(elsewhere, digest('bad')), undefined);
      const after = [await policy.rulesRevision('shop'), await policy.factsVersion(repository, digest('bad'))];
      assert.ok(before.every((each, at) => each !== after[at]));
      assert.deepEqual(await database.change((r) => r.policy.removeOrganisationHold('shop', digest('bad'))), hold);
      assert.equal(await database.change((r) => r.policy.removeOrganisationHold('shop', digest('bad'))), undefined);
      assert.equal((await policy.release(repository, digest('bad')))?.state, 'released');
      await database.change((r) => r.policy.clearRelease(repository, digest('bad')));
      assert.equal(await policy.release(repository, digest('bad')), undefined);
    });

    test('a hold of what is taken in says that it is one', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const hold = { state: 'held', by: 'ann', reason: 'intake', at: 7, intake: true } as const;
      await database.change((r) => r.policy.setRelease(repository, digest('new'), hold));
      assert.deepEqual(await database.records.policy.release(repository, digest('new')), hold);
    });

    test('the stage of a tagged image is written down with its change, and listed for who may pull it', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      await pushImage(database, repository, manifestOf('one', ['l']), ['1']);
      await pushImage(database, repository, manifestOf('two', ['l']), ['2']);
      const { policy } = database.records;
      const put = (word: string, stage: 'pushed' | 'scanned', at: number) =>
        database.change((r) =>
          r.policy.putStage(repository, { digest: digest(word), tag: '1', stage, waitsFor: 'a scan' }, at),
        );
      assert.equal(await put('one', 'pushed', 5), 'new');
      assert.equal(await put('one', 'pushed', 6), undefined);
      assert.equal(await put('one', 'scanned', 7), 'pushed');
      await put('two', 'pushed', 6);
      await put('absent', 'pushed', 6);
      const found = await policy.stages(system, { limit: 9 });
      assert.deepEqual(
        found.map((each) => [each.digest, each.stage, each.since]),
        [
          [digest('one'), 'scanned', 7],
          [digest('two'), 'pushed', 6],
        ],
      );
      const [first] = found;
      const next = await policy.stages(system, {
        limit: 9,
        after: `${first!.since} ${first!.repository} ${first!.digest}`,
      });
      assert.equal(next.length, 1);
      assert.equal((await policy.stages(system, { limit: 9, stage: 'pushed' })).length, 1);
      assert.equal((await policy.stages(system, { limit: 9, organisation: 'other' })).length, 0);
      assert.equal((await policy.stages(system, { limit: 9, repository: 'shop/app' })).length, 2);
      assert.deepEqual(await policy.stages(account('stranger'), { limit: 9 }), []);
    });

    test('refusals add up by image, gate, actor and rule; a stranger sees none', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const { policy } = database.records;
      const denial = (id: string, more: Partial<PolicyDenial> = {}): PolicyDenial => ({
        id,
        repositoryId: repository.id,
        repository: 'shop/app',
        digest: digest('a'),
        tag: undefined,
        gate: 'pull',
        actor: 'ann',
        policy: 'base',
        rule: 'user',
        mode: 'enforce',
        firstAt: 10,
        lastAt: 10,
        count: 2,
        verdict: '{}',
        ...more,
      });
      await database.change((r) =>
        r.policy.noteDenials([denial('1'), denial('2', { tag: 'v1' }), denial('3', { gate: 'deploy' })]),
      );
      await database.change((r) =>
        r.policy.noteDenials([denial('4', { lastAt: 20, count: 3, mode: 'warn', verdict: '{"a":1}' })]),
      );
      const found = await policy.denials(system, { limit: 9 });
      assert.deepEqual(
        found.map(({ id, count, firstAt, lastAt, mode, tag: named }) => [id, count, firstAt, lastAt, mode, named]),
        [
          ['1', 5, 10, 20, 'warn', undefined],
          ['2', 2, 10, 10, 'enforce', 'v1'],
          ['3', 2, 10, 10, 'enforce', undefined],
        ],
      );
      assert.equal((await policy.denial(system, '1'))?.verdict, '{"a":1}');
      assert.equal((await policy.denials(system, { limit: 9, gate: 'deploy' })).length, 1);
      assert.deepEqual(await policy.denials(system, { limit: 9, repository: 'shop/other' }), []);
      assert.deepEqual(await policy.denials(account('stranger'), { limit: 9 }), []);
      assert.equal(await policy.denial(account('stranger'), '1'), undefined);
      const first = await policy.denials(system, { limit: 2 });
      const next = await policy.denials(system, { limit: 2, after: `${first[1]!.lastAt} ${first[1]!.id}` });
      assert.deepEqual(
        next.map(({ id }) => id),
        ['3'],
        'two of one moment are on two pages',
      );
      const foreign = { repositoryId: undefined, repository: 'docker.io/library/nginx', digest: undefined, lastAt: 30 };
      await database.change((r) => r.policy.noteDenials([denial('5', { ...foreign, verdict: '"no"' })]));
      const [newest] = await policy.denials(account('root', true), { limit: 1 });
      assert.deepEqual(
        [newest?.repositoryId, newest?.repository, newest?.digest, newest?.verdict],
        [undefined, 'docker.io/library/nginx', undefined, '"no"'],
      );
      assert.equal((await policy.denials({ ...account('root', true), limits: [] }, { limit: 9 })).length, 0);
      assert.equal(await policy.denial(account('stranger'), '5'), undefined);
    });

    test('a fact that changes gives its image another version, and no other image', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      await pushImage(database, repository, manifestOf('one', ['layer']), ['v1']);
      await pushImage(database, repository, manifestOf('two', ['layer']), ['v2']);
      const version = (word: string) => database.records.policy.factsVersion(repository, digest(word));
      let before = [await version('one'), await version('two')];
      const changes = async (what: string, change: () => Promise<unknown>, both = false) => {
        await change();
        const after = [await version('one'), await version('two')];
        assert.notEqual(after[0], before[0], what);
        assert.equal(after[1] !== before[1], both, `${what}: the other image`);
        before = after;
      };
      const analysis = {
        manifest: digest('one'),
        analyserVersion: '1',
        state: 'complete',
        distribution: undefined,
        incomplete: [],
        analysedAt: 20,
        durationMs: 1,
      } as const;
      await changes('analysed', () => database.change((r) => r.content.putImage(analysis, [], 'set-1')));
      await changes('analysed anew', () =>
        database.change((r) => r.content.putImage({ ...analysis, analysedAt: 21 }, [], 'set-1')),
      );
      await changes('judged anew', () => database.change((r) => r.content.recount([digest('one')], 'set-2', 30)));
      const release = { state: 'held', by: 'ann', reason: 'r', at: 40 } as const;
      await changes('held', () => database.change((r) => r.policy.setRelease(repository, digest('one'), release)));
      await changes('let go in the same moment', () =>
        database.change((r) => r.policy.setRelease(repository, digest('one'), { ...release, state: 'released' })),
      );
      await changes('referred to', () =>
        pushImage(database, repository, manifestOf('sig', [], { subject: digest('one'), runnable: false })),
      );
      await changes('another reference instead of it', async () => {
        await database.change((r) => r.registry.deleteManifest(repository, digest('sig'), 'ann', 50));
        await pushImage(database, repository, manifestOf('att', [], { subject: digest('one'), runnable: false }));
      });
      await changes('a job about it is given up', () =>
        database.change(async ({ jobs }) => {
          await jobs.enqueue({
            id: 'j',
            kind: 'analyse-image',
            dedupeKey: digest('one'),
            payload: {},
            priority: 1,
            runAt: 0,
          });
          await jobs.take(['analyse-image'], 1, 2);
          await jobs.failed('j', 'broken', undefined);
        }),
      );
      await changes('its tag went away and came back', async () => {
        await database.change(({ registry }) => registry.setTag(repository, tag('v1'), digest('two'), 'ann', 60));
        await database.change(({ registry }) => registry.setTag(repository, tag('v1'), digest('one'), 'ann', 61));
      });
      await changes(
        'a rule for tags',
        () =>
          database.change(({ registry }) =>
            registry.addTagRule(repository, {
              id: 'r',
              kind: 'immutable',
              pattern: 'v*',
              createdAt: 1,
              createdBy: 'ann',
            }),
          ),
        true,
      );
    });

    test('how often a tag named another image', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const { policy } = database.records;
      await pushImage(database, repository, manifestOf('one', []), ['v1'], 10);
      assert.deepEqual(await policy.tagMoves(repository, 'v1'), { moves: 0, movedAt: 10 });
      await pushImage(database, repository, manifestOf('two', []), ['v1'], 20);
      await database.change(({ registry }) => registry.deleteTag(repository, tag('v1'), 'ann', 30));
      await database.change(({ registry }) => registry.setTag(repository, tag('v1'), digest('one'), 'ann', 40));
      assert.deepEqual(
        await policy.tagMoves(repository, 'v1'),
        { moves: 1, movedAt: 40 },
        'deleting it forgets nothing',
      );
      assert.deepEqual(await policy.tagMoves(repository, 'absent'), { moves: 0, movedAt: 0 });
    });

    test('manifests that list a blob, in their repository alone', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const other = await addRepository(database, 'other/app');
      await pushImage(database, repository, manifestOf('one', ['layer']), []);
      await pushImage(database, other, manifestOf('two', ['layer']), []);
      const { policy } = database.records;
      assert.deepEqual(await policy.manifestsWithBlob(repository, digest('layer'), 9), [digest('one')]);
      assert.deepEqual(await policy.manifestsWithBlob(repository, digest('one-config'), 9), [digest('one')]);
      assert.deepEqual(await policy.manifestsWithBlob(repository, digest('two-config'), 9), []);
    });

    test('health is written where it changed, newest first, and goes with its repository', async () => {
      const database = await open();
      const repository = await addRepository(database, 'shop/app');
      const { policy } = database.records;
      const entry = (id: string, grade: string) => ({
        id,
        digest: digest('one'),
        at: 5,
        grade,
        score: 50,
        lines: { age: grade },
      });
      const add = (id: string, grade: string) =>
        database.change((r) => r.policy.addHealth(repository, entry(id, grade)));
      assert.deepEqual(
        [await add('1', 'B'), await add('2', 'B'), await add('3', 'C'), await add('4', 'B')],
        [true, false, true, true],
      );
      const page = await policy.healthHistory(repository, digest('one'), { limit: 2 });
      assert.deepEqual(page, [entry('4', 'B'), entry('3', 'C')]);
      assert.deepEqual(await policy.healthHistory(repository, digest('one'), { limit: 2, after: '3' }), [
        entry('1', 'B'),
      ]);
      assert.deepEqual(await policy.healthHistory(repository, digest('two'), { limit: 2 }), []);
      await database.change((r) => r.registry.deleteRepository(repository, 9));
      assert.deepEqual(await policy.healthHistory(repository, digest('one'), { limit: 9 }), []);
    });

    test('lists show the newest grade of each image, to who may pull it', async () => {
      const database = await open();
      const here = await addRepository(database, 'shop/app');
      const there = await addRepository(database, 'shop/other');
      const reader = account('rea');
      await addAccount(database, reader);
      await grantTo(database, 'rea', 'reader', { repository: name('shop/app') });
      const entry = (id: string, of: string, grade: string) => ({
        id,
        digest: digest(of),
        at: 5,
        grade,
        score: 50,
        lines: {},
      });
      for (const [id, of, grade] of [
        ['1', 'one', 'F'],
        ['2', 'one', 'B'],
        ['3', 'two', 'C'],
      ] as const)
        await database.change((r) => r.policy.addHealth(here, entry(id, of, grade)));
      await database.change((r) => r.policy.addHealth(there, entry('4', 'one', 'D')));
      const wanted = [here, there].flatMap(({ id }) =>
        ['one', 'two', 'none'].map((of) => ({ id, digest: digest(of) })),
      );
      const seen = async (viewer: Parameters<typeof database.records.policy.grades>[0]) => {
        const of = await database.records.policy.grades(viewer, wanted);
        return wanted.map((each) => of(each.id, each.digest));
      };
      assert.deepEqual(await seen(system), ['B', 'C', undefined, 'D', undefined, undefined]);
      assert.deepEqual(await seen(reader), ['B', 'C', undefined, undefined, undefined, undefined]);
      assert.deepEqual(
        await seen(account('nobody')),
        wanted.map(() => undefined),
      );
    });

    test('a profile of the health card is kept per organisation', async () => {
      const database = await open();
      const { policy } = database.records;
      const profile = { organisation: 'shop', text: 'minimum: B', updatedAt: 5, updatedBy: 'ann' };
      await database.change((r) => r.policy.setHealthProfile(profile));
      await database.change((r) => r.policy.setHealthProfile({ ...profile, text: 'minimum: C' }));
      assert.deepEqual(await policy.healthProfile('shop'), { ...profile, text: 'minimum: C' });
      assert.equal(await policy.healthProfile(''), undefined);
      assert.equal(await database.change((r) => r.policy.deleteHealthProfile('shop')), true);
      assert.equal(await database.change((r) => r.policy.deleteHealthProfile('shop')), false);
      assert.equal(await policy.healthProfile(name('shop')), undefined);
    });
  });
}
