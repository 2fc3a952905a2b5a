import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDatabase } from '../../adapters/memory/database.ts';
import { account, addAccount, keep, system } from '../../../test/contracts/records-fixture.ts';
import { exceptionOf } from '../../../test/policy-facts.ts';
import { ExceptionEnds } from './exception-ends.ts';

const DAY = 86_400_000;

test('the owner of an exception is told once before its end and once after it; others by an event', async () => {
  const database = await memoryDatabase(1, keep);
  const olga = account('olga');
  await addAccount(database, olga);
  let now = 0;
  const ends = new ExceptionEnds(database, { now: () => now });
  await database.change(async ({ policy }) => {
    await policy.addException(exceptionOf({ id: 'long', createdAt: 0, expiresAt: 10 * DAY }));
    await policy.addException(exceptionOf({ id: 'short', kind: 'break-glass', createdAt: 0, expiresAt: DAY / 4 }));
  });
  const told = async () => (await database.records.notify.notices(olga.accountId, 9)).map(({ subject }) => subject);
  const expired = async () =>
    (await database.records.events.list(system, { limit: 9, type: 'dev.assay.exception.expired.v1' })).map(
      ({ data }) => data['id'],
    );
  await ends.run();
  assert.deepEqual([await told(), await expired()], [[], []]);
  now = DAY;
  await ends.run();
  await ends.run();
  assert.deepEqual([await told(), await expired()], [['your exception for shop/** has ended'], ['short']]);
  now = 8 * DAY;
  await ends.run();
  await ends.run();
  assert.equal((await told()).filter((each) => each.endsWith('ends')).length, 1);
  now = 11 * DAY;
  await ends.run();
  await ends.run();
  assert.equal((await told()).length, 3);
  assert.deepEqual(await expired(), ['long', 'short']);
  await database.close();
});
