import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  appChannel,
  applyChannel,
  ask,
  approve,
  done,
  peopleOfChannels,
  pushed,
  standing,
  told,
} from '../channel-world.ts';
import { type ChildServer, startChildServer } from '../child-server.ts';
import { ADMIN_PASSWORD, basic, type TestServer } from '../server.ts';

const KILLS = 6;

/** A server in a process of its own, as the clients of the tests speak to it. */
function spoken(child: ChildServer, directory: string): TestServer {
  return {
    url: child.url,
    host: new URL(child.url).host,
    directory,
    running: {
      url: child.url,
      dataDirectory: directory,
      initialPassword: undefined,
      stop: async () => void (await child.stop()),
    },
    [Symbol.asyncDispose]: () => child.kill(),
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      if (init.as !== null && !headers.has('authorization'))
        headers.set('authorization', init.as ?? basic('admin', ADMIN_PASSWORD));
      return fetch(child.url + path, { ...init, headers });
    },
  };
}

test('killed between the last approval and its carrying out, a promotion happens all the same, and once', {
  timeout: 240_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-promote-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  let child = await startChildServer(directory);
  t.after(() => child.kill());
  await peopleOfChannels(spoken(child, directory));
  await applyChannel(spoken(child, directory), appChannel());
  const digests: string[] = [];
  for (let at = 0; at < KILLS; at++) {
    const server = spoken(child, directory);
    digests.push(await pushed(server, `shop/intake/app${at}`, '1'));
    assert.equal((await ask(server, `shop/intake/app${at}:1`)).value.state, 'promoted');
    const { id } = (await ask(server, `shop/staging/app${at}:1`)).value;
    await approve(server, id, 'ann');
    // The answer may never come; the later kills fall further into the work behind the approval.
    const last = approve(server, id, 'bob').catch(() => undefined);
    for (let waited = 0; approvals(directory, id) < 2 && waited < 15_000; waited++) await pause(1);
    await pause(at * 3);
    await child.kill();
    await last;
    child = await startChildServer(directory);
    const again = spoken(child, directory);
    for (
      let waited = 0;
      (await standing(again, `shop/production/app${at}:1`)) !== digests[at] && waited < 300;
      waited++
    )
      await pause(100);
    assert.equal(await standing(again, `shop/production/app${at}:1`), digests[at], `kill ${at + 1}`);
    assert.equal(await told(again, 'image.promoted', `shop/production/app${at}:1`), 1, `kill ${at + 1}`);
    assert.equal((await approve(again, id, 'cid')).status, 409, 'it has ended');
  }
  const { items } = await done<{ items: { state: string }[] }>(
    spoken(child, directory),
    'GET',
    '/promotions?state=open',
    undefined,
    'dev',
  );
  assert.deepEqual(items, []);
});

function approvals(directory: string, id: string): number {
  const database = new DatabaseSync(join(directory, 'assay.sqlite'), { readOnly: true });
  try {
    return Number(
      database.prepare('select count(*) as n from promotion_approvals where request_id = ?').get(id)?.['n'],
    );
  } finally {
    database.close();
  }
}
