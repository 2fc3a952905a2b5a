import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '../server.ts';
import { succeed } from './command.ts';
import { type NotaryUser, notaryUser, testFolder, expect, said } from './trust-clients.ts';

const folder = testFolder();
let server: TestServer;
let authority: string;
let owner: NotaryUser;
before(async () => {
  server = await startServer();
  authority = readFileSync(join(server.directory, 'tls', 'ca.crt'), 'utf8');
  owner = newUser();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function newUser(signIn?: { name: string; password: string }): NotaryUser {
  return notaryUser(folder.path, server.url.replace('http:', 'https:'), authority, signIn);
}

function file(user: NotaryUser, name: string, text: string): string {
  const path = join(user.folder, name);
  writeFileSync(path, text);
  return path;
}

async function metadata(gun: string, name: string): Promise<{ signed: { version: number } } | undefined> {
  const response = await server.fetch(`/v2/${gun}/_trust/tuf/${name}.json`);
  return response.ok ? ((await response.json()) as { signed: { version: number } }) : undefined;
}

async function rootVersion(gun: string): Promise<number | undefined> {
  return (await metadata(gun, 'root'))?.signed.version;
}

describe('notary 0.7.0', () => {
  const gun = 'team/collection';

  test('init, add with custom data, publish, list, lookup, verify', async () => {
    expect(await owner.run(['init', '-p', gun]), 0, '');
    const path = file(owner, 'a.txt', 'what is signed\n');
    const custom = file(owner, 'custom.json', '{"channel":"stable","level":2}');
    expect(await owner.run(['add', gun, 'a.txt', path, '--custom', custom]), 0, 'staged for next publish');
    expect(await owner.run(['publish', gun]), 0, 'Successfully published changes');
    const sha256 = createHash('sha256').update('what is signed\n').digest('hex');
    const reader = newUser();
    expect(await reader.run(['list', gun]), 0, new RegExp(`a\\.txt\\s+${sha256}\\s+15\\s+targets`));
    expect(await reader.run(['lookup', gun, 'a.txt']), 0, sha256);
    expect(await reader.run(['verify', gun, 'a.txt', '-i', path, '-q']), 0, '');
    const other = file(reader, 'other.txt', 'something else\n');
    expect(await reader.run(['verify', gun, 'a.txt', '-i', other]), 1, 'data not present in the trusted collection');
    expect(await reader.run(['list', 'team/nothing']), 1, 'does not have trust data for team/nothing');
  });

  test('every key is rotated, locally and on the server; each rotation is a new root', async () => {
    let version = (await rootVersion(gun)) ?? 0;
    for (const args of [['timestamp', '-r'], ['snapshot', '-r'], ['targets'], ['snapshot']]) {
      expect(await owner.run(['key', 'rotate', gun, ...args]), 0, /Successfully rotated/);
      assert.equal(await rootVersion(gun), ++version, args.join(' '));
      expect(await newUser().run(['list', gun]), 0, 'a.txt');
    }
    expect(
      await owner.run(['key', 'rotate', gun, 'timestamp']),
      1,
      'does not permit the client managing the timestamp key',
    );
    expect(
      await owner.run(['key', 'rotate', gun, 'targets', '-r']),
      1,
      'does not permit the server managing the targets key',
    );
  });

  test('a client that saw the first root follows three rotations of the root key', async () => {
    const old = newUser();
    expect(await old.run(['list', gun]), 0, 'a.txt');
    for (let round = 0; round < 3; round++)
      expect(await owner.run(['key', 'rotate', gun, 'root'], { input: 'yes\n' }), 0, 'Successfully rotated root');
    expect(await old.run(['list', gun]), 0, 'a.txt');
    expect(await newUser().run(['list', gun]), 0, 'a.txt');
  });

  test('delegations with EC and RSA certificates; paths are held to; a witness brings a role back', async () => {
    // A delegate has no snapshot key, so the server must hold it.
    expect(await owner.run(['key', 'rotate', gun, 'snapshot', '-r']), 0, 'Successfully rotated');
    const [release, qa] = await Promise.all([certificate('release', 'ec'), certificate('qa', 'rsa')]);
    expect(
      await owner.run(['delegation', 'add', gun, 'targets/releases', release.certificate, '--all-paths', '-p']),
      0,
      '',
    );
    expect(await owner.run(['delegation', 'add', gun, 'targets/qa', qa.certificate, '--paths', 'qa/', '-p']), 0, '');
    const delegate = newUser();
    expect(await delegate.run(['key', 'import', qa.key, '--role', 'qa', '-g', gun]), 0, '');
    const path = file(delegate, 'y.txt', 'checked\n');
    expect(await delegate.run(['add', gun, 'qa/y.txt', path, '-r', 'targets/qa', '-p']), 0, 'Successfully published');
    const reader = newUser();
    expect(await reader.run(['list', gun]), 0, /qa\/y\.txt\s+[0-9a-f]{64}\s+8\s+targets\/qa/);
    expect(
      await delegate.run(['add', gun, 'nqa/z.txt', path, '-r', 'targets/qa', '-p']),
      1,
      'Could not add all targets',
    );
    expect(await owner.run(['delegation', 'list', gun]), 0, /targets\/qa\s+qa\//);

    const listed = said(await owner.run(['delegation', 'list', gun]));
    const first = /targets\/qa\s+qa\/\s+([0-9a-f]{64})/.exec(listed)?.[1];
    assert.ok(first, listed);
    const other = await certificate('qa2', 'ec');
    expect(await owner.run(['delegation', 'add', gun, 'targets/qa', other.certificate, '-p']), 0, '');
    expect(await owner.run(['delegation', 'remove', gun, 'targets/qa', first, '-p', '-y']), 0, '');
    expect(await newUser().run(['list', gun]), 0, 'valid signatures did not meet threshold');
    const witness = newUser();
    expect(await witness.run(['key', 'import', other.key, '--role', 'qa2', '-g', gun]), 0, '');
    expect(await witness.run(['witness', '-p', gun, 'targets/qa']), 0, '');
    expect(await newUser().run(['list', gun]), 0, /qa\/y\.txt\s+[0-9a-f]{64}\s+8\s+targets\/qa/);
  });

  test('two publishers at once: one is told that it lost, its change is kept and goes out on the next try', async () => {
    const shared = 'team/contended';
    expect(await owner.run(['init', '-p', shared]), 0, '');
    for (const name of ['one', 'two']) expect(await owner.run(['add', shared, name, file(owner, name, name)]), 0, '');
    expect(await owner.run(['publish', shared]), 0, '');
    const names = Array.from({ length: 6 }, (_, index) => `racer-${index}`);
    const racers = await Promise.all(
      names.map(async (name) => {
        const racer = newUser();
        await succeed('cp', ['-r', join(owner.folder, 'trust', 'private'), join(racer.folder, 'trust')]);
        expect(await racer.run(['add', shared, name, file(racer, name, name)]), 0, '');
        return racer;
      }),
    );
    const results = await Promise.all(racers.map((racer) => racer.run(['publish', shared])));
    assert.ok(results.some((result) => result.status === 0));
    for (const [index, result] of results.entries()) {
      if (result.status === 0) continue;
      expect(result, 1, /trust server rejected operation|potential|out-of-date|version/);
      let tries = 0;
      while ((await racers[index]!.run(['publish', shared])).status !== 0)
        assert.ok(++tries < 5, 'a retry goes through');
    }
    const listed = said(await newUser().run(['list', shared]));
    for (const name of ['one', 'two', ...names]) assert.ok(listed.includes(name), `${name} in ${listed}`);
  });

  test('deletion is answered, shown in the changefeed, and a new root of the same name is refused by those who saw the old', async () => {
    const doomed = 'team/doomed';
    expect(await owner.run(['init', '-p', doomed]), 0, '');
    const old = newUser();
    expect(await old.run(['list', doomed]), 0, '');
    expect(await owner.run(['delete', '--remote', doomed]), 0, 'Successfully deleted local and remote trust data');
    expect(await newUser().run(['list', doomed]), 1, 'does not have trust data');
    const feed = (await (await server.fetch(`/v2/_trust/changefeed?records=-1`)).json()) as {
      records: { GUN: string; Category: string }[];
    };
    assert.deepEqual(
      feed.records.map(({ GUN, Category }) => [GUN, Category]),
      [[doomed, 'deletion']],
    );
    const recreator = newUser();
    expect(await recreator.run(['init', '-p', doomed]), 0, '');
    expect(await old.run(['list', doomed]), 1, 'could not rotate trust to a new trusted root');
    expect(await newUser().run(['list', doomed]), 0, '');
  });

  test('rights: a reader publishes nothing, a publisher deletes nothing, and says 401', async () => {
    for (const [name, role] of [
      ['reader1', 'reader'],
      ['publisher1', 'publisher'],
    ]) {
      const made = await server.fetch('/api/v1/accounts', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, password: 'long enough for this' }),
      });
      assert.ok(made.ok, await made.text());
      const granted = await server.fetch(`/api/v1/organisations/team/grants/${name}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ role }),
      });
      assert.ok(granted.ok, await granted.text());
    }
    const as = (name: string) => newUser({ name, password: 'long enough for this' });
    const reader = as('reader1');
    expect(await reader.run(['list', gun]), 0, 'a.txt');
    expect(await reader.run(['init', '-p', 'team/mine']), 1, /401|unauthorized|not authorized/i);
    const publisher = as('publisher1');
    expect(await publisher.run(['init', '-p', 'team/theirs']), 0, '');
    expect(await publisher.run(['delete', '--remote', 'team/theirs']), 1, /401|not authorized/i);
    expect(await publisher.run(['key', 'rotate', 'team/theirs', 'snapshot', '-r']), 1, /401|not authorized/i);
  });

  async function certificate(name: string, kind: 'ec' | 'rsa'): Promise<{ key: string; certificate: string }> {
    const key = join(folder.path, `${name}.key`);
    const crt = join(folder.path, `${name}.crt`);
    const algorithm =
      kind === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] : ['-newkey', 'rsa:2048'];
    await succeed('openssl', [
      'req',
      '-x509',
      ...algorithm,
      '-nodes',
      '-keyout',
      key,
      '-out',
      crt,
      '-days',
      '400',
      '-subj',
      `/CN=${name}`,
    ]);
    await succeed('chmod', ['600', key]);
    return { key, certificate: crt };
  }
});
