import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import type { Severity } from '../src/content/advisories/advisory.ts';
import type { Database } from '../src/ports/database.ts';
import type { Mailer } from '../src/ports/outbound.ts';
import type { Repository } from '../src/ports/registry-records.ts';
import { appendEvent } from '../src/work/events.ts';
import { Digests } from '../src/work/notify/digests.ts';
import { dispatch } from '../src/work/notify/dispatch.ts';
import { finding, imageOf, packageOf } from './contracts/content-fixture.ts';
import {
  account,
  addAccount,
  addRepository,
  grantTo,
  manifestOf,
  name,
  pushImage,
} from './contracts/records-fixture.ts';

const image = manifestOf('image', []);
let database: Database;
let repository: Repository;
let judgements = 0;
let now = 1_800_000_000_000;
const clock = { now: () => now };

/** The image has these vulnerabilities from now on, as a judgement of the feeds would say. */
async function judged(some: Readonly<Record<string, Severity>>): Promise<void> {
  await database.change(async (records) => {
    const findings = Object.entries(some).map(([id, severity]) => finding(id, severity, '2.0'));
    await records.content.putImage(
      imageOf(image.digest),
      [{ package: packageOf('openssl', `1.${++judgements}`), findings }],
      'set',
    );
    await appendEvent(records, now, 'image.judged', 'system', repository, `${repository.name}@${image.digest}`, {});
  });
  while ((await dispatch(database, clock, 'https://assay.example')) > 0);
}

const told = async (who: string) =>
  (await database.records.notify.notices(`id-${who}`, 100)).map((each) => each.text).reverse();

async function follow(who: string, minSeverity: Severity): Promise<void> {
  await database.change(({ notify }) =>
    notify.addSubscription({
      id: `sub-${who}`,
      subscriber: `id-${who}`,
      subscriberKind: 'account',
      repositoryId: repository.id,
      organisation: undefined,
      minSeverity,
      createdAt: now,
    }),
  );
}

describe('who is told of a new vulnerability', () => {
  before(async () => {
    database = await memoryDatabase(1);
    for (const who of ['ann', 'puller', 'former', 'follower', 'outsider']) await addAccount(database, account(who));
    repository = await addRepository(database, 'shop/app');
    for (const who of ['ann', 'puller', 'follower'])
      await grantTo(database, who, 'reader', { repository: name('shop/app') });
    await pushImage(database, repository, image, ['1', 'latest']);
    await database.change(({ notify }) =>
      notify.addConsumers(
        ['id-puller', 'id-former'].map((accountId) => ({
          repositoryId: repository.id,
          digest: image.digest,
          accountId,
        })),
        now,
      ),
    );
    await follow('follower', 'low');
    await follow('outsider', 'low');
  });
  after(() => database.close());

  test('nobody of the first judgement; then publisher, consumer and follower, once each', async () => {
    await judged({ 'CVE-1': 'critical' });
    for (const who of ['ann', 'puller', 'follower']) assert.deepEqual(await told(who), [], who);
    await judged({ 'CVE-1': 'critical', 'CVE-2': 'high', 'CVE-3': 'low' });
    const line = 'high: CVE-2 in shop/app:1 and 1 more tags, fixed in 2.0';
    assert.deepEqual(await told('ann'), [line], 'the publisher, of what is urgent');
    assert.deepEqual(await told('puller'), [line], 'the consumer');
    assert.deepEqual(
      (await told('follower')).map((each) => each.slice(0, 10)),
      ['high: CVE-', 'low: CVE-3'],
      'the follower, of what was asked for',
    );
    for (const who of ['former', 'outsider'])
      assert.deepEqual(await told(who), [], `${who} may not see the repository`);
  });

  test('what goes and comes back is told once; both are events', async () => {
    await judged({ 'CVE-1': 'critical' });
    await judged({ 'CVE-1': 'critical', 'CVE-2': 'high' });
    assert.equal((await told('ann')).length, 1);
    const events = await database.records.events.list({ kind: 'system', reason: 'test' }, { limit: 50 });
    const nouns = events
      .map((each) => each.type.split('.').slice(2, 4).join('.'))
      .filter((each) => each.startsWith('vuln'));
    assert.deepEqual(nouns, ['vulnerability.found', 'vulnerability.gone', 'vulnerability.found']);
  });

  test('an image that no tag names is nobody’s news', async () => {
    await database.change(async ({ registry }) => {
      for (const tag of ['1', 'latest']) await registry.deleteTag(repository, tag as never, 'ann', now);
    });
    await judged({ 'CVE-1': 'critical', 'CVE-2': 'high', 'CVE-9': 'critical' });
    assert.equal((await told('ann')).length, 1);
  });
});

describe('digests', () => {
  let sent: { to: string; subject: string; text: string; messageId: string }[];
  let refuse = false;
  const mailer: Mailer = {
    async send(mail) {
      if (refuse) throw new Error('refused');
      sent.push(mail);
    },
  };
  let digests: Digests;
  const notice = (id: string, text: string) =>
    database.change(({ notify }) =>
      notify.addNotice({ id, accountId: 'id-ann', dedupeKey: id, subject: id, text, createdAt: now }),
    );

  beforeEach(async () => {
    database = await memoryDatabase(1);
    await addAccount(database, account('ann'));
    await database.change(({ access }) => access.setEmail('id-ann', 'ann@example.org'));
    sent = [];
    refuse = false;
    digests = new Digests({
      database,
      clock,
      mailer,
      gatherMs: 60_000,
      source: 'https://assay.example',
      failed: () => undefined,
    });
  });

  test('news are gathered into one mail, which is sent once', async () => {
    await notice('a', 'first');
    now += 30_000;
    await notice('b', 'second');
    await digests.round();
    assert.equal(sent.length, 0, 'not yet');
    now += 31_000;
    await digests.round();
    await digests.round();
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.subject, 'Assay: a and 1 more');
    assert.match(sent[0]?.text ?? '', /^- first\n- second\n/);
    await database.close();
  });

  test('a mail that could not be sent is tried later under the same message id', async () => {
    await notice('a', 'first');
    now += 61_000;
    refuse = true;
    await digests.round();
    refuse = false;
    await digests.round();
    assert.equal(sent.length, 0, 'not at once');
    now += 10 * 60_000;
    await digests.round();
    assert.equal(sent.length, 1);
    assert.match(sent[0]?.messageId ?? '', /^<[0-9a-f]{40}@assay>$/);
    await database.close();
  });
});
