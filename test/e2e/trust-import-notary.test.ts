import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { keyOwner } from '../key-owner.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { type NotaryEstate, notaryEstate } from './notary-estate.ts';
import { type PostgresCluster, startPostgres } from './postgres-cluster.ts';
import { expect, type NotaryUser, notaryUser, testFolder } from './trust-clients.ts';

/* A notary-server and a notary-signer are left for good: metadata and keys move from dumps of their databases. */

const folder = testFolder();
let cluster: PostgresCluster;
let estate: NotaryEstate;
let server: TestServer;
before(async () => {
  cluster = await startPostgres();
  estate = await notaryEstate(folder.path, cluster);
  server = await startServer();
});
after(async () => {
  await estate[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function file(user: NotaryUser, name: string): string {
  const path = join(user.folder, name);
  writeFileSync(path, `content of ${name}\n`);
  return path;
}

/** The same person with the same keys and cached trust data, at another server: of flags given twice the last counts. */
function movedTo(user: NotaryUser, url: string, authority: string): NotaryUser {
  const path = join(user.folder, 'new-ca.crt');
  writeFileSync(path, authority);
  return { ...user, run: (args, options) => user.run(['-s', url, '--tlscacert', path, ...args], options) };
}

test('clients with cached roots and an owner without the root key go on after the move', async () => {
  const gun = `${server.host}/team/moved`;
  const old = readFileSync(estate.authority, 'utf8');
  const [owner, reader] = [notaryUser(folder.path, estate.url, old), notaryUser(folder.path, estate.url, old)];
  expect(await owner.run(['init', '-p', gun]), 0, '');
  expect(await owner.run(['key', 'rotate', gun, 'snapshot', '-r']), 0, 'Successfully rotated snapshot key');
  expect(await owner.run(['add', gun, 'a.txt', file(owner, 'a.txt'), '-p']), 0, 'Successfully published');
  expect(await owner.run(['add', gun, 'b.txt', file(owner, 'b.txt'), '-p']), 0, 'Successfully published');
  expect(await reader.run(['list', gun]), 0, /b\.txt/);
  const dump = await estate.dump();
  await estate[Symbol.asyncDispose]();

  const home = join(folder.path, 'administrator');
  mkdirSync(join(home, '.docker'), { recursive: true });
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const administrator = keyOwner(home);
  const take = ['trust', 'import-notary', gun, '--dump', dump.server, '--signer-dump', dump.signer];
  const refusals: readonly (readonly [args: string[], environment: Record<string, string>, text: RegExp])[] = [
    [take, {}, /passphrase in NOTARY_SIGNER_SHELF_1/],
    [take, { NOTARY_SIGNER_SHELF_1: 'another passphrase' }, /NOTARY_SIGNER_SHELF_1 does not open/],
    [take.with(2, `${server.host}/team/other`), estate.passphrase, /has no trust data for .*; it has .*team\/moved/],
    [take.with(4, dump.signer), estate.passphrase, /has no trust data/],
  ];
  for (const [args, environment, text] of refusals) {
    const { status, err } = await administrator.assay(args, environment);
    assert.notEqual(status, 0);
    assert.match(err, text);
  }
  const taken = await administrator.assay(take, estate.passphrase);
  assert.equal(taken.status, 0, taken.err);
  assert.match(taken.out, /2 roots and 3 other files are here/);
  assert.match(taken.out, /the keys of timestamp and snapshot are here too/);
  const again = await administrator.assay(take, estate.passphrase);
  assert.match(again.err, /has trust data here already/);

  const authority = readFileSync(join(server.directory, 'tls', 'ca.crt'), 'utf8');
  const url = server.url.replace('http:', 'https:');
  const [movedOwner, movedReader] = [movedTo(owner, url, authority), movedTo(reader, url, authority)];
  expect(await movedReader.run(['list', gun]), 0, /a\.txt[\s\S]*b\.txt/);
  const keys = async (role: string) => {
    const metadata = (await (await server.fetch(`/v2/${gun}/_trust/tuf/${role}.json`)).json()) as {
      signed: { version: number };
      signatures: { keyid: string }[];
    };
    return { version: metadata.signed.version, by: metadata.signatures.map((each) => each.keyid) };
  };
  const [timestamp, snapshot] = [await keys('timestamp'), await keys('snapshot')];
  const withoutRoot = { env: { NOTARY_ROOT_PASSPHRASE: 'not at hand any more' } };
  expect(
    await movedOwner.run(['add', gun, 'c.txt', file(movedOwner, 'c.txt'), '-p'], withoutRoot),
    0,
    'Successfully published',
  );
  expect(await movedReader.run(['list', gun]), 0, /c\.txt/);
  for (const [role, before] of [['timestamp', timestamp] as const, ['snapshot', snapshot] as const]) {
    const now = await keys(role);
    assert.ok(now.version > before.version, `${role} went on`);
    assert.deepEqual(now.by, before.by, `${role} is signed by the same key`);
  }
  // With the root key at hand again, keys that were known elsewhere are replaced.
  expect(await movedOwner.run(['key', 'rotate', gun, 'timestamp', '-r']), 0, 'Successfully rotated timestamp key');
  expect(await movedReader.run(['list', gun]), 0, /c\.txt/);
});
