import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { runMain } from './run-cli.ts';
import { memoryDatabase } from '../src/adapters/memory/database.ts';
import { openSealKeeper } from '../src/adapters/fs/seal-keeper.ts';
import { AuditSealer, verifyAudit } from '../src/work/access/audit.ts';
import { Denials } from '../src/work/access/denials.ts';
import { appendEvent } from '../src/work/events.ts';
import { addPerson, api, done, PASSWORD } from './access-client.ts';
import { call, imageManifest, putManifest } from './conformance/registry-client.ts';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from './server.ts';

interface Entry {
  readonly seq?: number;
  readonly actor: string;
  readonly action: string;
  readonly object: string;
  readonly address?: string;
  readonly via?: string;
  readonly requestId?: string;
  readonly before?: string;
  readonly after?: string;
  readonly occurrences: number;
}

let server: TestServer;
before(async () => {
  server = await startServer();
  await putManifest(server, 'shop/app', '1', await imageManifest(server, 'shop/app'));
});
after(() => server[Symbol.asyncDispose]());

const entries = async (query: string, as?: string) =>
  (await done<{ items: Entry[] }>(server, 'GET', `/audit?${query}`, undefined, as)).items;

/** Waits until at least `least` entries answer `query` and all that do are in the chain. */
async function sealed(query: string, least = 1): Promise<Entry[]> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    const found = await entries(query);
    if (found.length >= least && found.every((each) => each.seq !== undefined)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`fewer than ${least} entries sealed for ${query}`);
}

describe('what is written', () => {
  test('a change has its actor, origin, object, before and after, and is soon in the chain', async () => {
    await addPerson(server, 'dana');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/dana', { role: 'reader' });
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/dana', { role: 'maintainer' });
    const [entry] = await sealed('action=grant&object=dana');
    assert.deepEqual([entry?.actor, entry?.before, entry?.after], ['admin', '"reader"', '"maintainer"']);
    assert.equal(entry?.address, '127.0.0.1');
    assert.equal(entry.via, 'password');
    assert.match(entry.requestId ?? '', /^[0-9a-f-]{36}$/);
  });

  test('what was rolled back left nothing', async () => {
    assert.equal((await api(server, 'PUT', '/repositories/shop%2Fapp/grants/nobody', { role: 'reader' })).status, 404);
    assert.deepEqual(await entries('object=nobody'), []);
  });

  test('no password, token or secret is in it', async () => {
    await done<{ secret: string }>(server, 'POST', '/me/tokens', { name: 'x' }, 'dana');
    const text = JSON.stringify(await entries('limit=1000'));
    for (const secret of [PASSWORD, ADMIN_PASSWORD, 'asy_pat_', 'argon2']) assert.ok(!text.includes(secret), secret);
  });

  test('refusals: the first few each for itself, the rest of a minute added up', async () => {
    for (let at = 0; at < 12; at++)
      await call(server, 'DELETE', '/v2/shop/app/manifests/absent', { as: basic('dana', 'wrong'), headers: {} });
    await addPerson(server, 'eve');
    for (let at = 0; at < 9; at++) await api(server, 'GET', '/accounts', undefined, 'eve');
    const found = await sealed('action=denied.denied&actor=eve', 5);
    assert.equal(found.length, 5);
    assert.deepEqual(new Set(found.map((each) => each.object)), new Set(['GET /api/v1/accounts']));
    assert.ok((await entries('action=denied.credentials-invalid')).every((each) => each.actor === 'anonymous'));
  });

  test('each sees what the right audit covers; nobody else’s', async () => {
    await addPerson(server, 'auda', 'reada');
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/auda', { role: 'auditor' });
    await done(server, 'PUT', '/repositories/shop%2Fapp/grants/reada', { role: 'maintainer' });
    await putManifest(server, 'other/app', '1', await imageManifest(server, 'other/app'));
    const seen = await entries('limit=1000', 'auda');
    assert.ok(seen.length > 0 && seen.every((each) => !each.object.startsWith('other/')));
    assert.ok(seen.some((each) => each.object.startsWith('shop/app')));
    assert.deepEqual(await entries('limit=1000', 'reada'), []);
    const organisation = await entries('limit=1000&organisation=other', 'auda');
    assert.deepEqual(organisation, []);
  });
});

describe('what is changed afterwards shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-audit-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A data directory with a sealed audit; the server that wrote it is gone. */
  async function written(name: string): Promise<{ directory: string; reopen(): Promise<TestServer> }> {
    const directory = join(folder, name);
    const first = await startServer({ dataDirectory: directory });
    for (let at = 0; at < 6; at++) await done(first, 'POST', '/organisations', { name: `org${at}` });
    await first.running.stop();
    return { directory, reopen: () => startServer({ dataDirectory: directory }) };
  }

  const attacks: [string, string, RegExp][] = [
    ['a changed row', `update audit_entries set actor = 'eve' where object = 'org3'`, /entry-changed/],
    ['a changed time', `update audit_entries set at = at + 1 where object = 'org3'`, /entry-changed/],
    ['a removed row', `delete from audit_entries where object = 'org3'`, /entry-missing/],
    [
      'two rows that changed places',
      `update audit_entries set seq = -seq where object in ('org2', 'org3');
       update audit_entries set seq = case object when 'org2' then (select -seq from audit_entries where object = 'org3') else (select -seq from audit_entries where object = 'org2') end where object = 'org2';
       update audit_entries set seq = (select max(seq) from audit_entries where object < 'org2' and object like 'org%') + 1 where object = 'org3'`,
      /entry-/,
    ],
    [
      'a cut end, seals too',
      `delete from audit_entries where seq > (select seq from audit_entries where object = 'org3');
       delete from audit_seals where seq > (select max(seq) from audit_entries);`,
      /end-missing/,
    ],
    [
      'an end without its entries',
      `delete from audit_entries where seq >= (select max(seq) from audit_entries)`,
      /end-missing|seal-missing/,
    ],
    ['a cut beginning', `delete from audit_entries where seq <= 2`, /beginning-missing/],
    ['all of it', `delete from audit_entries; delete from audit_seals`, /end-missing/],
    [
      'seals of somebody else',
      `update audit_seals set key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='`,
      /seal-broken|seal-key-unknown/,
    ],
  ];
  for (const [what, statement, found] of attacks)
    test(what, async () => {
      const { directory, reopen } = await written(what.replaceAll(/\W/g, '-'));
      const database = new DatabaseSync(join(directory, 'assay.sqlite'));
      database.exec(statement);
      database.close();
      const again = await reopen();
      try {
        const report = await done<{ problems: { code: string }[] }>(again, 'GET', '/audit/verification');
        assert.match(report.problems.map((each) => each.code).join(' '), found);
      } finally {
        await again.running.stop();
      }
    });

  test('what nobody touched has no problems, over a restart too', async () => {
    const { reopen } = await written('whole');
    const again = await reopen();
    await done(again, 'POST', '/organisations', { name: 'more' });
    const report = await done<{ problems: unknown[]; entries: number }>(again, 'GET', '/audit/verification');
    await again.running.stop();
    assert.deepEqual(report.problems, []);
    assert.ok(report.entries >= 6);
  });
});

test('an export is checked anywhere; a changed line, a cut end and an older state show', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-export-'));
  const file = join(folder, 'audit.jsonl');
  try {
    await sealed('action=repository.created');
    const text = await (await server.fetch('/api/v1/audit/export')).text();
    const run = async (lines: readonly string[], ...more: string[]) => {
      writeFileSync(file, lines.join('\n'));
      return runMain(['audit', 'verify', '--file', file, ...more]);
    };
    const lines = text.trimEnd().split('\n');
    const good = await run(lines);
    assert.equal(good.status, 0, good.err + good.out);
    const noted = /head (\S+)/.exec(good.out)?.[1] ?? '';
    const key = /key (\S+)/.exec(good.out)?.[1] ?? '';
    assert.equal((await run(lines, '--head', noted, '--key', key)).status, 0);
    const cut = await run(lines.slice(0, -1));
    assert.equal(cut.status, 1);
    assert.match(cut.out, /end-missing/);
    const changed = await run(lines.map((each) => each.replace('"actor":"admin"', '"actor":"eve"')));
    assert.match(changed.out, /entry-changed/);
    assert.equal((await run(lines, '--key', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')).status, 1);
    assert.equal((await run([...lines, '{"kind":"other"}'])).status, 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('retention takes out what is old up to a seal, and says so in the chain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-retention-'));
  const database = await memoryDatabase(1);
  try {
    let now = 1_800_000_000_000;
    const clock = { now: () => now };
    const keeper = openSealKeeper(folder);
    const failures: unknown[] = [];
    const denials = new Denials(database, clock);
    const sealer = new AuditSealer({
      database,
      clock,
      keeper,
      denials,
      retentionDays: 30,
      failed: (error) => failures.push(error),
    });
    const write = (subject: string) =>
      database.change((records) => appendEvent(records, now, 'organisation.created', 'ann', undefined, subject, {}));
    for (const subject of ['a', 'b', 'c']) await write(subject);
    await sealer.round();
    now += 20 * 24 * 3600_000;
    await write('d');
    await sealer.round();
    now += 15 * 24 * 3600_000;
    await write('e');
    await sealer.round();
    await sealer.round();
    assert.deepEqual(failures, []);
    const left = await database.records.audit.chain(0, 100);
    assert.deepEqual(
      left.map((each) => each.object),
      ['d', 'e', 'audit'],
    );
    assert.deepEqual((await verifyAudit(database, keeper)).problems, []);
    await database.change(({ audit }) => audit.prune(4));
    assert.match((await verifyAudit(database, keeper)).problems.map((each) => each.code).join(), /beginning-missing/);
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
