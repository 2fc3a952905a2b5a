import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChildServer, startChildServer } from '../child-server.ts';
import { craft, newRoles, publish, rootOf, target, targetsOf } from '../notary-craft.ts';
import { ADMIN_PASSWORD, basic, type TestServer } from '../server.ts';
import type { TrustedFiles } from '../../src/ports/trusted-files.ts';
import { verifyTag } from '../../src/work/trust/verify-tag.ts';

const ROUNDS = 12;

/** The calls that the crafting tools make, of a server in a process of its own. */
function reached(child: ChildServer): TestServer {
  return {
    url: child.url,
    fetch: (path: string, init: RequestInit & { as?: string | null } = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', basic('admin', ADMIN_PASSWORD));
      return fetch(child.url + path, { ...init, headers });
    },
  } as TestServer;
}

function memoryFiles(): TrustedFiles {
  const held = new Map<string, Uint8Array>();
  return {
    load: async (role) => held.get(role),
    keep: async (role, raw) => void held.set(role, raw),
    forget: async (role) => void held.delete(role),
  };
}

test('killed at any moment, the trust server loses nothing it acknowledged and is verifiable at once', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'assay-trust-kill-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const gun = 'team/killed';
  let child = await startChildServer(directory);
  t.after(() => (child.process.exitCode === null ? child.kill() : undefined));
  const roles = await newRoles(reached(child), gun);
  const [root, key] = [roles.root[0]!, roles.targets[0]!];
  const targets = (version: number) => craft(targetsOf(version, { targets: { [`v${version}`]: target() } }), key);
  assert.equal(
    (
      await publish(reached(child), gun, [
        ['root', craft(rootOf(roles), root)],
        ['targets', targets(1)],
      ])
    ).status,
    200,
  );
  let acknowledged = 1;
  const files = memoryFiles();
  for (let round = 0; round < ROUNDS; round++) {
    const dead = new AbortController();
    const dying = pause(randomInt(50, 700)).then(async () => {
      dead.abort();
      await child.kill();
    });
    let version = acknowledged;
    while (!dead.signal.aborted) {
      version++;
      const answer = await publish(reached(child), gun, [['targets', targets(version)]]).catch(() => undefined);
      if (!answer) break;
      assert.equal(answer.status, 200, answer.text);
      acknowledged = version;
    }
    await dying;
    child = await startChildServer(directory);
    const server = reached(child);
    const fetchFile = async (name: string) => {
      const response = await server.fetch(`/v2/${gun}/_trust/tuf/${name}`);
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
    };
    const current = (await (await server.fetch(`/v2/${gun}/_trust/tuf/targets.json`)).json()) as {
      signed: { version: number };
    };
    const stands = current.signed.version;
    assert.ok(
      stands === acknowledged || stands === acknowledged + 1,
      `${stands} after ${acknowledged} was acknowledged`,
    );
    acknowledged = stands;
    // The same reader all along: nothing goes back, everything verifies.
    const found = await verifyTag('notary', { gun, now: Date.now() }, `v${stands}`, { fetch: fetchFile, files });
    assert.equal(found.role, 'targets');
  }
  assert.ok(acknowledged > 3, `${acknowledged} publishes`);
});
