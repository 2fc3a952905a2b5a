import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { Root, SignedFile } from '../../../src/trust/tuf/metadata.ts';
import { readNotary } from '../../../src/trust/tuf/notary/read.ts';
import { certificatesOf, commonNameOf } from '../../../src/trust/tuf/notary/root-certificates.ts';
import { listTags } from '../../../src/trust/tuf/client/signed-tags.ts';
import { NotaryTestClient } from '../../tuf/notary-client.ts';

const folder = join(import.meta.dirname, '../../../../shared/data/notary-captures');
const skip = existsSync(folder) ? false : 'needs the captures of real Notary traffic';
const CAPTURED_AT = Date.UTC(2026, 10, 21, 12);

/** Serves captured files as the real notary-server did: current ones by name, all by hash, roots by version. */
function serve(...folders: string[]) {
  const files = new Map<string, Uint8Array>();
  for (const each of folders)
    for (const path of globSync(`${folder}/${each}/**/*.json`).sort()) {
      const bytes = readFileSync(path);
      const name = relative(join(folder, each), path).replace(/^\d+-(?=\w)/, '');
      const role = name.replace(/^\d+\.root\.json$/, 'root').replace(/\.(?:[0-9a-f]{8,64}\.|at\d+\.)?json$/, '');
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (/^\d+\.root\.json$/.test(name)) files.set(name, bytes);
      files.set(`${role}.${hash}.json`, bytes);
      files.set(`${role}.json`, bytes);
    }
  const requests: string[] = [];
  const { signed } = readNotary('root', files.get('root.json')!) as SignedFile<Root>;
  const leaf = certificatesOf(signed.keys.get(signed.roles.root.keyIds[0]!)!)[0]!;
  const fetch = (name: string) => {
    requests.push(name.replace(/[0-9a-f]{64}/, 'HASH'));
    return files.get(name);
  };
  return { gun: commonNameOf(leaf), now: CAPTURED_AT, fetch, files, requests };
}

test('first signed push of docker: both tags, and only the timestamp is asked for the second time', {
  skip,
}, async () => {
  const server = serve('01-initial');
  server.files.set('timestamp.json', readFileSync(join(folder, '01-initial/timestamp.at51.json')));
  const client = new NotaryTestClient(server);
  const tags = listTags(await client.collection());
  assert.deepEqual(
    tags.map(({ tag, role, size }) => [tag, role, size]),
    [
      ['v1', 'targets', 528],
      ['v2', 'targets', 528],
    ],
  );
  assert.deepEqual(server.requests.splice(0), [
    'root.json',
    'timestamp.json',
    'snapshot.HASH.json',
    'targets.HASH.json',
  ]);
  assert.match((await client.tag('v1')).digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(server.requests, ['timestamp.json']);
  // An older timestamp of the same server.
  server.files.set('timestamp.json', readFileSync(join(folder, '01-initial/timestamp.at11.json')));
  assert.equal(await client.refuses('trust-rollback'), 'timestamp: version 1 is lower than current version 2');
});

test('two signers of docker: releases comes first, its signer is named', { skip }, async () => {
  const server = serve('02-docker-two-signers');
  const client = new NotaryTestClient(server);
  const collection = await client.collection();
  assert.deepEqual(
    listTags(collection).map(({ tag, role, signers }) => [tag, role, signers]),
    [
      ['v1', 'targets', []],
      ['v2', 'targets', []],
      ['v3', 'targets/releases', ['targets/alice']],
    ],
  );
  // bob was added and has not signed anything: no file of his exists.
  assert.deepEqual([...collection.delegations.keys()], ['targets/alice', 'targets/releases']);
  assert.deepEqual(client.warnings, []);
});

test('seven roots, rotated keys, certificates and RSA in delegations: from the first root to the newest', {
  skip,
}, async () => {
  const server = serve('03-notary-rotated-delegations');
  const fresh = await new NotaryTestClient(server).collection();
  assert.equal(fresh.root.signed.version, 7);
  assert.deepEqual([...fresh.delegations.keys()], ['targets/releases', 'targets/qa']);
  assert.deepEqual(
    listTags(fresh).map((each) => each.tag),
    ['a.txt', 'c.bin', 'd.txt', 'rel/x.txt'],
  );
  for (let version = 1; version < 7; version++) {
    const client = new NotaryTestClient(server);
    client.files.all.set('root', server.files.get(`${version}.root.json`)!);
    assert.equal((await client.collection()).root.signed.version, 7, `from version ${version}`);
  }
});

test('a signer who was removed: the file that no longer verifies is left out with a warning', { skip }, async () => {
  const client = new NotaryTestClient(serve('04-docker-signer-removed'));
  const collection = await client.collection();
  assert.deepEqual([...collection.broken.keys()], ['targets/releases']);
  assert.deepEqual(client.warnings, [
    'targets/releases is left out: valid signatures did not meet threshold for targets/releases',
  ]);
  assert.deepEqual(listTags(collection), []);
});

test('a collection whose snapshot was renewed by the server', { skip }, async () => {
  const collection = await new NotaryTestClient(serve('05-crafted-by-node-expiring-snapshot')).collection();
  assert.deepEqual([collection.snapshot.signed.version, collection.targets.signed.version], [2, 1]);
});

test('three rotations of the root key: a client that saw the first root asks for what the real one asked for', {
  skip,
}, async () => {
  const lines = readFileSync(join(folder, 'traffic-no-auth.jsonl'), 'utf8').trim().split('\n');
  const prefix = '/v2/example.com/multi/_trust/tuf/';
  const files = new Map<string, Uint8Array>();
  let first: Uint8Array | undefined;
  const asked: string[] = [];
  for (const line of lines.slice(0, 665)) {
    const { method, url, status, resBody } = JSON.parse(line) as Record<string, string | number>;
    if (method !== 'GET' || status !== 200 || !String(url).startsWith(prefix)) continue;
    const name = String(url).slice(prefix.length);
    const bytes = Buffer.from(String(resBody));
    files.set(name, bytes);
    files.set(`${name.split('.')[0]}.${createHash('sha256').update(bytes).digest('hex')}.json`, bytes);
    if (name === 'root.json') first ??= bytes;
    asked.push(name);
  }
  const requests: string[] = [];
  const fetch = (name: string) => {
    requests.push(name);
    return files.get(name);
  };
  const client = new NotaryTestClient({ gun: 'example.com/multi', now: CAPTURED_AT, fetch });
  client.files.all.set('root', first!);
  const collection = await client.collection();
  assert.equal(collection.root.signed.version, 4);
  // What the real client asked for in the same place; it had the files of the snapshot before.
  const from = asked.lastIndexOf('2.root.json') - 1;
  assert.deepEqual(
    requests.filter((name) => name.includes('root')),
    asked.slice(from, from + 3),
  );
});

test('a year later the timestamp has expired, in the words that users know', { skip }, async () => {
  const client = new NotaryTestClient(serve('02-docker-two-signers'));
  await client.collection();
  client.now += 365 * 24 * 3600_000;
  assert.match(await client.refuses('trust-expired'), /^timestamp expired at Sat Dec {2}5 \d\d:\d\d:\d\d UTC 2026$/);
});
