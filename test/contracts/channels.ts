import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PromotionRequest } from '../../src/ports/channel-records.ts';
import type { Repository } from '../../src/ports/registry-records.ts';
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

function request(id: string, source: Repository, more: Partial<PromotionRequest> = {}): PromotionRequest {
  return {
    id,
    organisation: 'shop',
    channel: 'app',
    version: 1,
    stage: 'production',
    sourceId: source.id,
    source: source.name,
    sourceTag: tag('1'),
    target: name('shop/production'),
    targetTag: tag('1'),
    digest: digest('image'),
    reason: 'r',
    askedBy: 'ann',
    askedById: 'id-ann',
    askedAt: 10,
    expiresAt: 100,
    state: 'open',
    settledAt: undefined,
    settledBy: undefined,
    note: '',
    previous: undefined,
    evidence: undefined,
    rolledBackAt: undefined,
    rolledBackBy: undefined,
    ...more,
  };
}

/** The channel room: definitions, requests that one thing happens to once, approvals that count once. */
export function channelsContract(open: OpenDatabase): void {
  describe('channels', () => {
    test('definitions by name; each change is a version that is never used twice', async () => {
      const database = await open();
      const put = (organisation: string, channel: string, text: string) =>
        database.change(({ channels }) =>
          channels.putChannel({ organisation, name: channel, text, updatedAt: 5, updatedBy: 'ann' }),
        );
      const { channels } = database.records;
      assert.deepEqual(await channels.channels('shop'), []);
      assert.equal((await put('shop', 'b', 'one')).version, 1);
      assert.equal((await put('shop', 'a', 'x')).version, 1);
      assert.equal((await put('shop', 'b', 'two')).version, 2);
      await put('other', 'b', 'o');
      assert.deepEqual(
        (await channels.channels('shop')).map((each) => `${each.name} ${each.version} ${each.text}`),
        ['a 1 x', 'b 2 two'],
      );
      assert.deepEqual(await channels.organisationsWithChannels(), ['other', 'shop']);
      assert.equal(await database.change((r) => r.channels.deleteChannel('shop', 'b')), true);
      assert.equal(await database.change((r) => r.channels.deleteChannel('shop', 'b')), false);
      assert.deepEqual(
        (await channels.channels('shop')).map((each) => each.name),
        ['a'],
      );
      assert.equal((await put('shop', 'b', 'three')).version, 3);
    });

    test('a request keeps what it says, is open for one tag at a time, and ends once', async () => {
      const database = await open();
      const source = await addRepository(database, 'shop/intake');
      const add = (some: PromotionRequest) => database.change(({ channels }) => channels.addRequest(some));
      const { channels } = database.records;
      assert.equal(await add(request('a', source)), true);
      assert.equal(await add(request('b', source)), false, 'another one for the tag is open');
      assert.equal(await add(request('c', source, { targetTag: tag('2') })), true);
      assert.deepEqual(await channels.request(system, 'a'), request('a', source));
      assert.equal((await channels.openRequest(name('shop/production'), tag('1')))?.id, 'a');
      assert.equal(await channels.waiting({ organisation: 'shop' }), 'shop');
      assert.equal(await channels.waiting({ repositoryId: source.id }), 'shop');
      assert.equal(await channels.waiting({ organisation: 'rival' }), undefined);
      const end = { state: 'promoted', at: 20, by: 'bob', previous: digest('before'), evidence: '{}' } as const;
      const ends = await Promise.all(
        [end, { ...end, by: 'eve' }].map((each) => database.change((r) => r.channels.settleRequest('a', each))),
      );
      assert.deepEqual([...ends].sort(), [false, true]);
      const settled = await channels.request(system, 'a');
      assert.deepEqual(
        [settled?.state, settled?.settledAt, settled?.previous, settled?.evidence],
        ['promoted', 20, digest('before'), '{}'],
      );
      assert.equal(await add(request('d', source)), true, 'the next one can be asked for');
      assert.equal(await channels.openRequest(name('shop/production'), tag('3')), undefined);
    });

    test('the newest promotion that was not rolled back is the one to go back from', async () => {
      const database = await open();
      const source = await addRepository(database, 'shop/intake');
      const { channels } = database.records;
      for (const [id, at] of [
        ['a', 20],
        ['b', 30],
      ] as const)
        await database.change(async (r) => {
          await r.channels.addRequest(request(id, source));
          await r.channels.settleRequest(id, { state: 'promoted', at, by: 'ann' });
        });
      const last = () => channels.lastPromotion(name('shop/production'), tag('1'));
      assert.equal((await last())?.id, 'b');
      assert.equal(await database.change((r) => r.channels.markRolledBack('b', 40, 'bob')), true);
      assert.equal(await database.change((r) => r.channels.markRolledBack('b', 50, 'eve')), false);
      assert.equal((await channels.request(system, 'b'))?.rolledBackBy, 'bob');
      assert.equal((await last())?.id, 'a');
    });

    test('requests are of repositories that the viewer may pull from, page by page, filtered', async () => {
      const database = await open();
      const source = await addRepository(database, 'shop/intake');
      const hidden = await addRepository(database, 'shop/hidden');
      const [ann, eve] = [account('ann'), account('eve')];
      await addAccount(database, ann);
      await addAccount(database, eve);
      await grantTo(database, 'ann', 'reader', { repository: name('shop/intake') });
      await database.change(async ({ channels }) => {
        await channels.addRequest(request('a', source));
        await channels.addRequest(request('b', source, { targetTag: tag('2'), channel: 'other' }));
        await channels.addRequest(request('c', hidden, { targetTag: tag('3') }));
        await channels.settleRequest('b', { state: 'rejected', at: 20, by: 'bob', note: 'no' });
      });
      const { channels } = database.records;
      const ids = async (...asked: Parameters<typeof channels.requests>) =>
        (await channels.requests(...asked)).map(({ id }) => id);
      assert.deepEqual(await ids(system, { limit: 10 }), ['c', 'b', 'a']);
      assert.deepEqual(await ids(ann, { limit: 10 }), ['b', 'a']);
      assert.deepEqual(await ids(ann, { limit: 1 }), ['b']);
      assert.deepEqual(await ids(ann, { limit: 10, after: 'b' }), ['a']);
      assert.deepEqual(await ids(eve, { limit: 10 }), []);
      assert.deepEqual(await ids(system, { limit: 10, state: 'open' }), ['c', 'a']);
      assert.deepEqual(await ids(system, { limit: 10, channel: 'other' }), ['b']);
      assert.deepEqual(await ids(system, { limit: 10, organisation: 'rival' }), []);
      assert.deepEqual(await ids(system, { limit: 10, repository: 'shop/hidden' }), ['c']);
      assert.equal(await channels.request(eve, 'a'), undefined);
      assert.equal((await channels.request(ann, 'a'))?.id, 'a');
    });

    test('an account approves once', async () => {
      const database = await open();
      const source = await addRepository(database, 'shop/intake');
      await database.change(({ channels }) => channels.addRequest(request('a', source)));
      const approve = (who: string, at: number) =>
        database.change(({ channels }) =>
          channels.addApproval('a', { accountId: `id-${who}`, account: who, note: 'fine', at }),
        );
      assert.deepEqual(await Promise.all([approve('bob', 5), approve('bob', 6)]).then((some) => some.sort()), [
        false,
        true,
      ]);
      assert.equal(await approve('ann', 4), true);
      assert.deepEqual(
        (await database.records.channels.approvals('a')).map(({ account: who }) => who),
        ['ann', 'bob'],
      );
    });

    test('images of a stage are tags that the viewer may pull, the newest first', async () => {
      const database = await open();
      const one = await addRepository(database, 'shop/intake/one');
      const two = await addRepository(database, 'shop/intake_two');
      await pushImage(database, one, manifestOf('one', ['l']), ['1']);
      await pushImage(database, two, manifestOf('two', ['l']), ['1']);
      const ann = account('ann');
      await addAccount(database, ann);
      const { channels } = database.records;
      const asked = { organisation: 'shop', prefix: 'shop/intake/', limit: 10 };
      assert.deepEqual(
        (await channels.stageImages(system, asked)).map(({ repository, tag: of }) => `${repository}:${of}`),
        ['shop/intake/one:1'],
      );
      assert.deepEqual(await channels.stageImages(ann, asked), []);
      assert.deepEqual(await channels.stageImages(system, { ...asked, organisation: 'rival' }), []);
    });
  });
}
