import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import type { listRepositories, listTags } from '../src/contract/repositories.ts';
import type { getImageTrust, listSignedTags, listTrust } from '../src/contract/trust.ts';
import { pushImage } from './e2e/console-data.ts';
import { ownerHomes } from './key-owner.ts';
import { startServer, type TestServer } from './server.ts';
import { type SigningOwner, signingOwner } from './signing-owner.ts';

const layers = (text: string) => [{ instruction: 'COPY x /', files: [{ path: 'x', text }] }];
const push = (to: TestServer, tag: string, text = tag) =>
  pushImage(to, { repository: 'shop/app', tag, layers: layers(text) });

async function ask<T>(of: TestServer, path: string): Promise<T> {
  const answer = await of.fetch(`/api/v1/repositories${path}`);
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as T;
}
const trustOf = async (of: TestServer) => ask<z.output<typeof listTrust.answer>>(of, '/shop%2Fapp/trust');
const imageTrust = (of: TestServer, reference: string) =>
  ask<z.output<typeof getImageTrust.answer>>(of, `/shop%2Fapp/images/${encodeURIComponent(reference)}/trust`);
const marksOf = async (of: TestServer) =>
  Object.fromEntries(
    (await ask<z.output<typeof listTags.answer>>(of, '/shop%2Fapp/tags')).items.map(({ name, trust }) => [
      name,
      trust?.state,
    ]),
  );
const states = ({ answers }: { answers: readonly { state: string }[] }) => answers.map(({ state }) => state);

describe('what the server says of a signed repository', () => {
  const homes = ownerHomes();
  let server: TestServer;
  let owner: SigningOwner;
  let gun: string;

  before(async () => {
    server = await startServer();
    owner = signingOwner(homes.next(), server);
    gun = `${server.host}/shop/app`;
    for (const tag of ['1', '2', '3']) await push(server, tag);
    await owner.succeed(['trust', 'sign', `${gun}:1`, `${gun}:2`]);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    homes[Symbol.dispose]();
  });

  test('keys are those that `assay key list` shows; roles, history and warnings come from verified metadata', async () => {
    const { items, signer } = await trustOf(server);
    const [collection] = items;
    assert.equal(items.length, 1);
    assert.equal(collection!.state, 'verified');
    assert.equal(collection!.tuf1, 'complete');
    assert.equal(signer.state, 'up');
    const keys = JSON.parse(await owner.succeed(['key', 'list', '--format', 'json'])) as {
      items: { id: string; role: string }[];
    };
    for (const role of ['root', 'targets'] as const)
      assert.deepEqual(
        collection!.roles.find(({ name }) => name === role)!.keys.map(({ id }) => id),
        keys.items.filter((key) => key.role === role).map(({ id }) => id),
      );
    assert.deepEqual(
      collection!.roles.map(({ name, heldBy }) => [name, heldBy]),
      [
        ['root', 'owner'],
        ['targets', 'owner'],
        ['snapshot', 'server'],
        ['timestamp', 'server'],
      ],
    );
    assert.equal(collection!.roots.length, 1);
    assert.match(collection!.roots[0]!.changes[0]!, /^root: key [0-9a-f]{12} came$/);
    assert.match(collection!.warnings.join('\n'), /there is one root key/);
  });

  test('a tag keeps the date of its first publish while its manifest stays; another digest is told apart', async () => {
    const names = () =>
      ask<z.output<typeof listSignedTags.answer>>(server, `/shop%2Fapp/trust/tags?gun=${encodeURIComponent(gun)}`);
    const first = (await names()).items.find(({ tag }) => tag === '1')!;
    await push(server, '2', 'moved without a signature');
    await owner.succeed(['trust', 'sign', `${gun}:3`]);
    const { items, total } = await names();
    assert.equal(total, 3);
    assert.equal(items.find(({ tag }) => tag === '1')!.since, first.since);
    assert.ok(items.find(({ tag }) => tag === '3')!.since! > first.since!);
    assert.deepEqual(
      items.map(({ digest, registryDigest }) => digest === registryDigest),
      [true, false, true],
    );
    assert.deepEqual(await marksOf(server), { 1: 'signed', 2: 'differs', 3: 'signed' });
    const { differing } = (await trustOf(server)).items[0]!;
    assert.deepEqual([differing.total, differing.items[0]!.tag], [1, '2']);
    const page = await ask<z.output<typeof listSignedTags.answer>>(
      server,
      `/shop%2Fapp/trust/tags?limit=2&gun=${encodeURIComponent(gun)}`,
    );
    assert.equal(page.items.length, 2);
    const rest = await ask<typeof page>(
      server,
      `/shop%2Fapp/trust/tags?limit=2&cursor=${page.next}&gun=${encodeURIComponent(gun)}`,
    );
    assert.deepEqual([rest.items.map(({ tag }) => tag), rest.next], [['3'], undefined]);
    const { items: listed } = await ask<z.output<typeof listRepositories.answer>>(server, '');
    assert.equal(listed[0]!.newest!.trust!.state, { 2: 'differs', 3: 'signed' }[listed[0]!.newest!.tag]);
  });

  test('an image by tag, by digest and inside an index', async () => {
    assert.deepEqual(states(await imageTrust(server, '1')), ['yes', 'yes', 'yes']);
    const moved = await imageTrust(server, '2');
    assert.deepEqual(states(moved), ['no', 'no', 'no']);
    const signed = moved.collections[0]!.names[0]!.digest;
    const was = await imageTrust(server, signed);
    assert.deepEqual(states(was), ['yes', 'yes', 'no'], 'what was signed is not what the tag gives out');
    assert.match(was.answers[2]!.statement, /gives out something else under its name/);
  });

  test('`assay check` says the same, from what it verified itself', async () => {
    const good = await owner.assay(['check', `${gun}:1`]);
    assert.equal(good.status, 3, good.err);
    assert.match(good.out, /2\. Who made it[^\n]*\n\s+yes +signed by the repository key/);
    const bad = await owner.assay(['check', `${gun}:2`]);
    assert.equal(bad.status, 1);
    assert.match(bad.out, /no +2 is not what was signed/);
    assert.match(bad.out, /verdict: no: see 2, 3, 4/);
  });

  test('a revoked tag loses its mark', async () => {
    await owner.succeed(['trust', 'revoke', `${gun}:3`]);
    assert.deepEqual(await marksOf(server), { 1: 'signed', 2: 'differs', 3: undefined });
    assert.deepEqual(states(await imageTrust(server, '3')), ['undecided', 'undecided', 'undecided']);
  });

  test('a repository with trust data goes only when that is confirmed too; nothing of it is left', async () => {
    const path = '/api/v1/repositories/shop%2Fapp';
    assert.equal((await server.fetch(path, { method: 'DELETE' })).status, 409);
    assert.equal((await server.fetch(`${path}?withTrust=true`, { method: 'DELETE' })).status, 204);
    await push(server, '1');
    assert.deepEqual(await marksOf(server), { 1: undefined });
    assert.deepEqual((await trustOf(server)).items, []);
  });
});

test('changed bytes in the database are told as such, and notes that were lost are made again with their dates', async () => {
  using homes = ownerHomes();
  const directory = mkdtempSync(join(tmpdir(), 'assay-reports-'));
  using _folder = { [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
  await using server = await startServer({ dataDirectory: directory });
  await push(server, '1');
  const gun = `${server.host}/shop/app`;
  const owner = signingOwner(homes.next(), server, directory);
  await owner.succeed(['trust', 'sign', `${gun}:1`]);
  const since = (await imageTrust(server, '1')).collections[0]!.names[0]!.since;
  await server.running.stop();

  const path = join(directory, 'assay.sqlite');
  const database = new DatabaseSync(path);
  database.exec('delete from trust_signed_tags; delete from trust_standings');
  database.close();
  await using second = await startServer({ dataDirectory: directory });
  for (let tries = 0; (await marksOf(second))['1'] === undefined && tries < 100; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(await marksOf(second), { 1: 'signed' });
  assert.equal((await imageTrust(second, '1')).collections[0]!.names[0]!.since, since);
  await second.running.stop();

  const tampering = new DatabaseSync(path);
  const { raw } = tampering
    .prepare(`select raw from trust_files where role = 'targets' and dialect = 'notary' order by version desc`)
    .get() as { raw: Uint8Array };
  const changed = Buffer.from(
    Buffer.from(raw)
      .toString('utf8')
      .replace(/"sha256":"./, '"sha256":"-'),
  );
  tampering.prepare(`update trust_files set raw = ? where raw = ?`).run(changed, raw);
  tampering.close();
  await using third = await startServer({ dataDirectory: directory });
  const [collection] = (await trustOf(third)).items;
  assert.equal(collection!.state, 'failed');
  assert.equal(collection!.failure!.code, 'trust-hash-mismatch');
  const told = await imageTrust(third, '1');
  assert.deepEqual(states(told), ['no', 'no', 'no']);
  assert.match(told.answers[0]!.statement, /does not verify/);
});
