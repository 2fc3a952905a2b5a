import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { systemViewer } from '../src/access/viewer.ts';
import { digestOf } from '../src/oci/digest.ts';
import { tellExpiring, TOLD_BEFORE_MS } from '../src/work/trust/tell-expiring.ts';
import { account, addAccount, addRepository } from './contracts/records-fixture.ts';

const DAY_MS = 24 * 3600_000;
const gun = 'registry.example/shop/app';

test('who signed last is told once, a month before clients refuse it, and again of the next end', async () => {
  const database = await memoryDatabase();
  const repository = await addRepository(database, 'shop/app');
  await addAccount(database, account('dana'));
  let now = 1_800_000_000_000;
  const clock = { now: () => now };
  const sign = (goodUntil: number, version: number) =>
    database.change(async ({ trust }) => {
      if (!(await trust.collection(repository, gun))) await trust.createCollection(repository, gun, now);
      const raw = new TextEncoder().encode(`targets ${version}`);
      const sha256 = digestOf(raw, 'sha256').slice('sha256:'.length);
      await trust.addFile(repository, gun, {
        dialect: 'notary',
        role: 'targets',
        version,
        sha256,
        length: raw.length,
        expires: goodUntil,
        storedAt: now,
        storedBy: 'dana',
        raw,
      });
      const digest = digestOf(new TextEncoder().encode('image'), 'sha256');
      await trust.changeSignedTags(repository, gun, {
        set: [{ tag: '1', digest, since: now }],
        drop: [],
        tags: 1,
        goodUntil,
        at: now,
      });
    });
  const notices = async () => (await database.records.notify.notices('id-dana', 10)).map(({ text }) => text);
  const events = async () =>
    (await database.records.events.list(systemViewer('test'), { limit: 50, type: 'dev.assay.trust.expiring.v1' }))
      .length;

  const end = now + TOLD_BEFORE_MS + DAY_MS;
  await sign(end, 1);
  assert.equal(await tellExpiring(database, clock), 0, 'not before its time');
  now += 2 * DAY_MS;
  assert.equal(await tellExpiring(database, clock), 1);
  assert.equal(await tellExpiring(database, clock), 0, 'once');
  const day = new Date(end).toISOString().slice(0, 10);
  assert.deepEqual(await notices(), [
    `what you signed for ${gun} expires on ${day}; sign it again: assay trust expire ${gun}`,
  ]);
  await sign(end + 90 * DAY_MS, 2);
  assert.equal(await tellExpiring(database, clock), 0, 'renewed');
  now = end + 91 * DAY_MS;
  assert.equal(await tellExpiring(database, clock), 1);
  assert.match((await notices()).join('\n'), /expired on/);
  assert.equal(await events(), 2);
  await database.close();
});
