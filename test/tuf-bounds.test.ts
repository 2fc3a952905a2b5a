import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { httpClient } from '../src/cli/client/http.ts';
import type { ErrorCode } from '../src/lib/error-table.ts';
import { isAssayError } from '../src/lib/error.ts';
import { updateTuf1 } from '../src/trust/tuf/client/tuf1-workflow.ts';
import { tuf1KeyId } from '../src/trust/tuf/tuf1/key.ts';
import { readTuf1 } from '../src/trust/tuf/tuf1/read.ts';
import { httpMetadata } from '../src/work/trust/http-metadata.ts';
import { runWorkflow } from '../src/work/trust/run-workflow.ts';
import { verifyCollection } from '../src/work/trust/verify-tag.ts';
import { memoryFiles, refusal, TestClient } from './tuf/client.ts';
import { newSigner, signerOf } from './tuf/keys.ts';
import { NotaryTestClient } from './tuf/notary-client.ts';
import { NotaryCollection } from './tuf/notary-collection.ts';
import { DAY_MS, Tuf1Repository } from './tuf/repository.ts';

const MEGABYTE = 1024 * 1024;

/** Serves a repository in which one file never ends, or is 100 MB long; counts what was sent of it. */
async function endless(repository: Tuf1Repository, name: string, announced: boolean) {
  const size = 100 * MEGABYTE;
  const block = Buffer.alloc(64 * 1024, ' ');
  let sent = 0;
  async function* blocks() {
    for (; sent < size; sent += block.length) yield block;
  }
  const server = createServer((request, response) => {
    const asked = (request.url ?? '').slice(1);
    if (asked === name) {
      response.writeHead(200, announced ? { 'Content-Length': size } : {});
      // The client goes away in the middle; that is the point.
      pipeline(Readable.from(blocks()), response).catch(() => undefined);
    } else {
      const bytes = repository.fetch(asked);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const endlessFiles: readonly (readonly [name: string, limitMegabytes: number])[] = [
  ['2.root.json', 1],
  ['timestamp.json', 1],
  ['1.snapshot.json', 16],
  ['1.targets.json', 16],
];
for (const [name, limit] of endlessFiles)
  for (const announced of [true, false])
    test(`${name} of 100 MB, ${announced ? 'announced' : 'without a length'}: given up early`, async () => {
      const repository = await Tuf1Repository.create();
      await using server = await endless(repository, name, announced);
      const files = memoryFiles([['root', repository.history.get('root')![0]!]]);
      const fetch = httpMetadata(
        httpClient(async () => []),
        server.url,
      );
      const message = await refusal(
        () => runWorkflow(updateTuf1({ now: repository.now }), { files, fetch }),
        'trust-endless-data',
      );
      assert.equal(message, `${name} has more than ${limit * MEGABYTE} bytes`);
      // What lies in the buffers of the connection comes on top.
      assert.ok(server.sent() < (announced ? 8 : limit + 8) * MEGABYTE, `${server.sent()} bytes were sent`);
    });

test('a file that signed metadata lists with 100 MB is given up at 64 MB', async () => {
  const repository = await Tuf1Repository.create();
  repository.listsHashes = true;
  await repository.publish('targets');
  repository.snapshot.meta['targets.json']!.length = 100 * MEGABYTE;
  await repository.publish('snapshot', 'timestamp');
  await using server = await endless(repository, '2.targets.json', false);
  const files = memoryFiles([['root', repository.history.get('root')![0]!]]);
  const fetch = httpMetadata(
    httpClient(async () => []),
    server.url,
  );
  const message = await refusal(
    () => runWorkflow(updateTuf1({ now: repository.now }), { files, fetch }),
    'trust-endless-data',
  );
  assert.equal(message, `2.targets.json has more than ${64 * MEGABYTE} bytes`);
});

/** Text of so many bytes that would cost many times its size when read. */
const dense: Readonly<Record<string, string>> = {
  numbers: `{"signed":[${'0,'.repeat(4 * MEGABYTE)}0],"signatures":[]}`,
  objects: `{"signed":[${'{},'.repeat(3 * MEGABYTE)}0],"signatures":[]}`,
  depth: '['.repeat(MEGABYTE),
  signatures: `{"signed":{},"signatures":[${'{"keyid":"a","sig":""},'.repeat(5000)}{}]}`,
};
for (const [name, text] of Object.entries(dense))
  test(`metadata made of ${name} is refused before it costs much`, () => {
    assert.throws(
      () => readTuf1('targets', Buffer.from(text)),
      (error) => isAssayError(error, 'trust-metadata-invalid'),
    );
  });

test('10,000 targets and 1,000 delegations: found, and unknown ones told', async () => {
  const repository = await Tuf1Repository.create();
  const signer = newSigner();
  for (let count = 0; count < 10_000; count++)
    repository.targets.targets[`v${count}`] = { length: 1, hashes: { sha256: 'ab'.repeat(32) } };
  for (let count = 0; count < 1000; count++)
    repository.delegate('targets', `team-${count}`, { paths: [`team-${count}/*`], signer });
  repository.addTarget('team-999', 'team-999/tool', 'x');
  await repository.publishAll();
  const client = new TestClient(repository);
  assert.equal((await client.find('v9999'))?.role, 'targets');
  assert.equal((await client.find('team-999/tool'))?.role, 'team-999');
  assert.equal(await client.find('team-1000/tool'), undefined);
  assert.ok(repository.requests.length < 20);
});

test('1,000 delegations below each other are followed; endless ones are not', async () => {
  for (const [depth, found] of [
    [1000, true],
    [1100, false],
  ] as const) {
    const repository = await Tuf1Repository.create();
    const signer = newSigner();
    for (let count = 0; count < depth; count++)
      repository.delegate(count === 0 ? 'targets' : `level-${count - 1}`, `level-${count}`, { signer });
    repository.addTarget(`level-${depth - 1}`, 'file', 'x');
    await repository.publishAll();
    const client = new TestClient(repository);
    if (found) assert.equal((await client.find('file'))?.role, `level-${depth - 1}`);
    else await refusal(() => client.find('file'), 'trust-endless-data');
  }
});

test('a Notary collection with 10,000 tags and 1,000 delegations; with more than 1,024 it is refused', async () => {
  const collection = await NotaryCollection.create();
  const signer = newSigner();
  for (let count = 0; count < 1000; count++) collection.delegate('targets', `targets/team${count}`, [''], signer);
  for (let count = 0; count < 10_000; count++) collection.addTag('targets', `v${count}`, 'ab'.repeat(32));
  await collection.publish(...collection.roles.keys());
  const client = new NotaryTestClient(collection);
  assert.equal((await client.tag('v9999')).role, 'targets');
  assert.equal((await client.collection()).delegations.size, 1000);
  for (let count = 1000; count < 1100; count++) collection.delegate('targets', `targets/team${count}`, [''], signer);
  await collection.publish(...collection.roles.keys());
  assert.equal(await client.refuses('trust-endless-data'), 'more than 1024 delegations');
  assert.equal((await client.tag('v9999')).role, 'targets');
});

test('more than 1,024 roots behind: the first 1,024 are kept, the next update goes on from there', async () => {
  const repository = await Tuf1Repository.create();
  for (let count = 0; count < 1100; count++) await repository.publish('root');
  const client = new TestClient(repository);
  await client.refresh();
  assert.equal(client.version('root'), 1025);
  await client.refresh();
  assert.equal(client.version('root'), 1101);
});

test('a clock a year ahead finds everything expired and says when; one a year behind cannot see a freeze', async () => {
  const repository = await Tuf1Repository.create();
  const ahead = new TestClient(repository);
  ahead.now += 365 * DAY_MS;
  assert.equal(await ahead.refuses('trust-expired'), 'root expired at 2030-01-31T00:00:00Z');
  const behind = new TestClient(repository);
  behind.now -= 365 * DAY_MS;
  await behind.refresh();

  const collection = await NotaryCollection.create();
  const late = new NotaryTestClient(collection);
  late.now += 365 * DAY_MS;
  assert.equal(await late.refuses('trust-expired'), 'timestamp expired at Tue Jan 15 00:00:00 UTC 2030');
  const early = new NotaryTestClient(collection);
  early.now -= 365 * DAY_MS;
  assert.match(
    await early.refuses('trust-wrong-key'),
    /the certificate of the root key of .* is not valid before 2029-12-31/,
  );
});

/** Keys that are not what their scheme says, listed for the timestamp and signing it. */
const wrongKeys: Readonly<Record<string, { pair: { privateKey: never; publicKey: never }; scheme: string }>> = {
  'P-384 as P-256': {
    pair: generateKeyPairSync('ec', { namedCurve: 'secp384r1' }) as never,
    scheme: 'ecdsa-sha2-nistp256',
  },
  'secp256k1 as P-256': {
    pair: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }) as never,
    scheme: 'ecdsa-sha2-nistp256',
  },
  'RSA of 1,024 bits': {
    pair: generateKeyPairSync('rsa', { modulusLength: 1024 }) as never,
    scheme: 'rsassa-pss-sha256',
  },
  'RSA as P-256': { pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) as never, scheme: 'ecdsa-sha2-nistp256' },
  'P-256 as RSA': {
    pair: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) as never,
    scheme: 'rsassa-pss-sha256',
  },
  'Ed25519 as P-256': { pair: generateKeyPairSync('ed25519') as never, scheme: 'ecdsa-sha2-nistp256' },
  'a scheme named like a method of every object': {
    pair: generateKeyPairSync('rsa', { modulusLength: 2048 }) as never,
    scheme: 'constructor',
  },
};
for (const [name, { pair, scheme }] of Object.entries(wrongKeys))
  test(`key of the wrong type: ${name} never signs`, async () => {
    const repository = await Tuf1Repository.create();
    const key = {
      keytype: 'any',
      scheme,
      keyval: { public: (pair.publicKey as { export(how: object): string }).export({ type: 'spki', format: 'pem' }) },
    };
    const id = tuf1KeyId(key);
    repository.root.keys[id] = key;
    repository.root.roles['timestamp'] = { keyids: [id], threshold: 1 };
    await repository.publish('root', 'timestamp');
    const signedBy = signerOf(pair.privateKey, pair.publicKey);
    const { canonicalJson } = await import('../src/trust/tuf/canonical-json.ts');
    const sig = Buffer.from(await signedBy.sign(canonicalJson(repository.timestamp))).toString('hex');
    repository.tamper('timestamp', (file) => {
      file.signatures = [{ keyid: id, sig }];
    });
    const code: ErrorCode = 'trust-threshold';
    await new TestClient(repository).refuses(code);
  });

test('a file that comes byte by byte is given up in time; a Notary client goes on with what it has', async () => {
  const collection = await NotaryCollection.create();
  const files = memoryFiles();
  const server = createServer((request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
    request.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const slow = {
    files,
    fetch: httpMetadata(
      httpClient(async () => []),
      url,
    ),
    fetchMs: 100,
    warnings: [] as string[],
  };
  const world = { ...slow, warn: (text: string) => slow.warnings.push(text) };
  const request = { gun: collection.gun, now: collection.now };
  const message = await refusal(() => verifyCollection(request, world), 'request-timeout');
  assert.equal(message, 'root.json could not be read within 0.1 s');
  await verifyCollection(request, { files, fetch: async (name) => collection.fetch(name) });
  await verifyCollection(request, world);
  assert.match(slow.warnings[0]!, /^timestamp\.json could not be read within 0\.1 s; trust data of an earlier visit/);
  server.closeAllConnections();
  server.close();
});
