import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { after, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { openTokenSignerStore } from '../src/adapters/pkcs11/token-signer-store.ts';
import { storeKeyFromToken } from '../src/adapters/pkcs11/token-store-key.ts';
import { SignerClient } from '../src/adapters/signer/client.ts';
import { openSealedStore } from '../src/adapters/signer/sealed-store.ts';
import { serveSigner } from '../src/adapters/signer/server.ts';
import { listenSigner, type MutualTls, signerOverTls } from '../src/adapters/signer/tls.ts';
import { makeSignerCertificates } from '../src/app/signer-certificates.ts';
import { openSigner, storeKeyFile } from '../src/app/signer.ts';
import type { HeldKey, SignerStore, SigningRequest } from '../src/ports/signer-service.ts';
import { keyFromSpki } from '../src/trust/keys/public-key.ts';
import { canonicalText } from '../src/trust/tuf/canonical-json.ts';
import { notarySnapshot, notaryTimestamp } from '../src/trust/tuf/notary/online.ts';
import { SigningService } from '../src/work/trust/signing-service.ts';
import { seeded } from './archives.ts';
import { damage } from './fuzz.ts';
import { softToken, TOKEN_LABEL, TOKEN_PIN, withoutToken } from './soft-token.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-signer-'));
const token = withoutToken === false ? softToken() : undefined;
token?.add('second');
if (token) Object.assign(process.env, token.environment);
after(() => {
  rmSync(root, { recursive: true, force: true });
  token?.[Symbol.dispose]();
});
let count = 0;
const newFolder = () => join(root, String(count++));

const NOW = Date.UTC(2026, 10, 21);
const DAY = 24 * 3600_000;
const GUN = 'registry.example/team/app';
const clock = { now: () => NOW };
const META = { version: 1, length: 10, hashes: { sha256: '00'.repeat(32) } };

function timestamp(version: number, expires = NOW + 14 * DAY): Uint8Array {
  return Buffer.from(canonicalText(notaryTimestamp(version, expires, META)));
}

function request(key: HeldKey, signed: Uint8Array, more: Partial<SigningRequest> = {}): SigningRequest {
  return { gun: GUN, dialect: 'notary', role: 'timestamp', fingerprint: key.fingerprint, signed, ...more };
}

const stores: readonly (readonly [
  name: string,
  skip: string | false,
  open: (folder: string) => Promise<SignerStore>,
])[] = [
  ['sealed file', false, async (folder) => openSealedStore(folder, Buffer.alloc(32, 7))],
  [
    'PKCS#11 token',
    withoutToken,
    (directory) => openTokenSignerStore({ directory, module: token!.module, token: TOKEN_LABEL, pin: TOKEN_PIN }),
  ],
];
for (const [name, skip, open] of stores)
  describe(`the signing service over a ${name}`, { skip }, () => {
    test('signs for one role of one collection, each version once, also after a restart', async () => {
      const folder = newFolder();
      let store = await open(folder);
      let service = new SigningService(store, clock, '1');
      const key = await service.create(GUN, 'timestamp');
      const signed = timestamp(1);
      const signature = await service.sign(request(key, signed));
      const publicKey = { key: keyFromSpki(key.spki)!, dsaEncoding: 'ieee-p1363' } as const;
      assert.ok(verify('sha256', signed, publicKey, signature));
      await assert.rejects(service.sign(request(key, timestamp(1))), {
        code: 'signer-refused',
        detail: { role: 'timestamp', dialect: 'notary', lastVersion: 1 },
      });
      await service.sign(request(key, timestamp(2)));
      await service.close();
      await store[Symbol.asyncDispose]();

      // An orderly restart leaves no gap, one without warning leaves at most a reserve.
      store = await open(folder);
      service = new SigningService(store, clock, '1');
      assert.deepEqual(
        (await service.list(GUN)).map((each) => each.fingerprint),
        [key.fingerprint],
      );
      await assert.rejects(service.sign(request(key, timestamp(2))), { code: 'signer-refused' });
      await service.sign(request(key, timestamp(3)));
      await store[Symbol.asyncDispose]();
      store = await open(folder);
      service = new SigningService(store, clock, '1');
      await assert.rejects(service.sign(request(key, timestamp(3))), { code: 'signer-refused' });
      const { detail } = await service.sign(request(key, timestamp(4))).then(
        () => assert.fail('a version that may have been signed was signed again'),
        (error: unknown) => error as { detail: { lastVersion: number } },
      );
      await service.sign(request(key, timestamp(detail.lastVersion + 1)));

      await service.retire(key.fingerprint);
      await assert.rejects(service.sign(request(key, timestamp(1000))), { code: 'signer-refused', message: /retired/ });
      await store[Symbol.asyncDispose]();
      store = await open(folder);
      assert.ok(store.get(key.fingerprint)?.retiredAt !== undefined);
      await store[Symbol.asyncDispose]();
    });

    test('refuses everything else', async () => {
      await using store = await open(newFolder());
      const service = new SigningService(store, clock, '1');
      const key = await service.create(GUN, 'timestamp');
      const snapshot = Buffer.from(canonicalText(notarySnapshot(1, NOW + DAY, new Map([['root', META]]))));
      const targets = Buffer.from(
        canonicalText({
          _type: 'Targets',
          delegations: { keys: {}, roles: [] },
          expires: '2027-01-01T00:00:00Z',
          targets: {},
          version: 1,
        }),
      );
      const spaced = Buffer.from(timestamp(1).toString().replace(',', ', '));
      const reordered = Buffer.from(
        JSON.stringify({ version: 1, ...JSON.parse(Buffer.from(timestamp(1)).toString()) }),
      );
      const refused: readonly (readonly [string, SigningRequest])[] = [
        ['another collection', request(key, timestamp(1), { gun: 'registry.example/other' })],
        ['another role', request(key, snapshot, { role: 'snapshot' })],
        ['a snapshot as timestamp', request(key, snapshot)],
        ['targets as timestamp', request(key, targets)],
        ['another dialect', request(key, timestamp(1), { dialect: 'tuf-1.0' })],
        ['white space', request(key, spaced)],
        ['another order', request(key, reordered)],
        ['a second value behind it', request(key, Buffer.concat([timestamp(1), Buffer.from(',"x":1')]))],
        ['nothing', request(key, Buffer.alloc(0))],
        ['bytes', request(key, randomBytes(100))],
        ['an expiry far away', request(key, timestamp(1, NOW + 60 * DAY))],
        ['version zero', request(key, timestamp(0))],
      ];
      for (const [what, each] of refused) await assert.rejects(service.sign(each), { code: 'signer-refused' }, what);
      await assert.rejects(service.sign(request({ ...key, fingerprint: 'ff' }, timestamp(1))), { code: 'key-unknown' });
      await service.sign(request(key, timestamp(1)));
    });

    test('a key of another service is taken over for what it signed there, and goes on above its last version', async () => {
      await using store = await open(newFolder());
      const service = new SigningService(store, clock, '1');
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
      const order = { gun: GUN, role: 'timestamp', pkcs8, lastVersion: 7 } as const;
      if (!store.adopt) {
        await assert.rejects(service.adopt(order), { code: 'unsupported' });
        return;
      }
      const key = await service.adopt(order);
      assert.equal((await service.adopt(order)).fingerprint, key.fingerprint, 'once more is no other key');
      await assert.rejects(service.sign(request(key, timestamp(7))), { code: 'signer-refused' });
      const signature = await service.sign(request(key, timestamp(8)));
      assert.ok(verify('sha256', timestamp(8), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature));
      await assert.rejects(service.adopt({ ...order, gun: 'registry.example/other' }), { code: 'signer-refused' });
      const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
      for (const wrong of [rsa.export({ type: 'pkcs8', format: 'der' }), Buffer.from('no key')])
        await assert.rejects(service.adopt({ ...order, pkcs8: wrong }), { code: 'key-invalid' });
    });

    test('two requests for one version at once: one is signed', async () => {
      await using store = await open(newFolder());
      const service = new SigningService(store, clock, '1');
      const key = await service.create(GUN, 'timestamp');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, at) => service.sign(request(key, timestamp(5, NOW + DAY + at * 1000)))),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    });
  });

test('a signature whose version could not be written down is not made', async () => {
  await using store = openSealedStore(newFolder(), Buffer.alloc(32, 7));
  let full = true;
  const failing: SignerStore = {
    ...store,
    noteVersion: (...given) => (full ? Promise.reject(new Error('the disk is full')) : store.noteVersion(...given)),
  };
  const service = new SigningService(failing, clock, '1');
  const key = await service.create(GUN, 'timestamp');
  for (const version of [1, 1, 2]) await assert.rejects(service.sign(request(key, timestamp(version))), /full/);
  full = false;
  await service.sign(request(key, timestamp(1)));
  full = true;
  await service.sign(request(key, timestamp(2)));
  for (const version of [50, 51]) await assert.rejects(service.sign(request(key, timestamp(version))), /full/);
});

test('sealed keys open with their store key only, and a missing one is not made anew', async () => {
  const directory = newFolder();
  const open = (file?: string) => openSigner({ directory, version: '1', keys: { storeKeyFile: file } });
  {
    await using signer = await open();
    await signer.service.create(GUN, 'timestamp');
  }
  const path = join(directory, 'store.key');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  const right = readFileSync(path);
  assert.ok(!readFileSync(join(directory, 'keys.sqlite')).includes(Buffer.from(right.toString().trim(), 'base64')));
  writeFileSync(path, `${randomBytes(32).toString('base64')}\n`);
  await assert.rejects(open(), { code: 'key-locked', message: /does not open/ });
  writeFileSync(path, 'short');
  await assert.rejects(open(), { code: 'key-invalid' });
  rmSync(path);
  await assert.rejects(open(), { code: 'key-locked', message: /missing/ });
  const elsewhere = join(root, 'assay-store-key');
  writeFileSync(elsewhere, right, { mode: 0o440 });
  assert.equal(storeKeyFile(undefined, { CREDENTIALS_DIRECTORY: root }), elsewhere);
  {
    await using signer = await open(elsewhere);
    assert.equal((await signer.service.list()).length, 1);
  }
  const exposed = join(root, 'exposed.key');
  writeFileSync(exposed, right);
  chmodSync(exposed, 0o644);
  await assert.rejects(open(exposed), { code: 'key-exposed' });
});

test('a token makes the same store key every time, and another token another', { skip: withoutToken }, async () => {
  const of = (label: string) => storeKeyFromToken({ module: token!.module, token: label, pin: TOKEN_PIN });
  const first = Buffer.from(await of(TOKEN_LABEL));
  assert.equal(first.length, 32);
  assert.deepEqual(Buffer.from(await of(TOKEN_LABEL)), first);
  assert.notDeepEqual(Buffer.from(await of('second')), first);
  await assert.rejects(storeKeyFromToken({ module: token!.module, token: 'second', pin: '000000' }), {
    code: 'key-locked',
  });
  const directory = newFolder();
  const open = (label: string) =>
    openSigner({
      directory,
      version: '1',
      keys: { module: token!.module, token: label, pin: TOKEN_PIN, sealed: true },
    });
  {
    await using signer = await open(TOKEN_LABEL);
    await signer.service.create(GUN, 'timestamp');
  }
  await assert.rejects(open('second'), { code: 'key-locked' });
  await using again = await open(TOKEN_LABEL);
  assert.equal((await again.service.list()).length, 1);
});

/** Two ends of a connection in memory. */
function pipe(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  for (const at of [0, 1])
    ends.push(
      new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
          ends[1 - at]!.push(chunk);
          done();
        },
        final(done) {
          ends[1 - at]!.push(null);
          done();
        },
      }),
    );
  return [ends[0]!, ends[1]!];
}

test('the protocol: what is not a request ends the connection, and nothing is signed', async () => {
  await using store = openSealedStore(newFolder(), Buffer.alloc(32, 7));
  const service = new SigningService(store, clock, '1');
  const key = await service.create(GUN, 'timestamp');
  const good = JSON.stringify({
    id: 1,
    verb: 'sign',
    gun: GUN,
    dialect: 'notary',
    role: 'timestamp',
    fingerprint: key.fingerprint,
    signed: Buffer.from(timestamp(1)).toString('base64'),
  });
  const ended = async (bytes: Buffer) => {
    const [ours, theirs] = pipe();
    theirs.resume();
    const serving = serveSigner(ours, service);
    theirs.end(bytes);
    return serving.then(
      () => undefined,
      (error: unknown) => error as { code: string; message: string },
    );
  };
  for (const bad of [
    '{',
    'null\n',
    '[]\n',
    '{"id":1,"verb":"export"}\n',
    '{"verb":"list"}\n',
    `${'{"a":'.repeat(9000)}\n`,
    '\u0000\n',
  ])
    if (bad.endsWith('\n')) assert.equal((await ended(Buffer.from(bad)))?.code, 'signer-refused', bad.slice(0, 20));
    else assert.equal(await ended(Buffer.from(bad)), undefined, 'half a line is no request');
  assert.equal((await ended(Buffer.alloc(17 * 1024 * 1024, 0x20)))?.code, 'signer-refused');
  const targets = good.replace(/"signed":"[^"]+"/, '"signed":"e30="');
  assert.equal(await ended(Buffer.from(`${targets}\n`)), undefined, 'a refused request leaves the connection open');

  const random = seeded(11);
  for (let round = 0; round < 500; round++) {
    const outcome = await ended(damage(Buffer.from(`${good}\n${good}\n`), random));
    if (outcome) assert.equal(outcome.code, 'signer-refused');
  }
});

test('the client: answers that are not answers are an unavailable service', async () => {
  for (const answer of ['nonsense\n', '{"id":1,"result":{"keys":"many"}}\n', '{"id":"x"}\n', '']) {
    const [ours, theirs] = pipe();
    const client = new SignerClient(async () => ours);
    const asked = client.health();
    theirs.resume();
    theirs.write(answer);
    if (answer === '') theirs.end();
    await assert.rejects(asked, { code: 'signer-unavailable' });
    await client.close();
  }
});

function certificates(names = ['localhost', '127.0.0.1']): { signer: MutualTls; client: MutualTls } {
  const folder = newFolder();
  makeSignerCertificates(folder, names);
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const authority = read('ca.crt');
  assert.equal(statSync(join(folder, 'client.key')).mode & 0o777, 0o600);
  assert.throws(() => makeSignerCertificates(folder, names), { code: 'already-exists' });
  return {
    signer: { certificate: read('signer.crt'), key: read('signer.key'), authority },
    client: { certificate: read('client.crt'), key: read('client.key'), authority },
  };
}

test('over TLS each side wants the other’s certificate; a connection that was lost is made anew', async () => {
  await using store = openSealedStore(newFolder(), Buffer.alloc(32, 7));
  const service = new SigningService(store, clock, '1');
  const { signer, client } = certificates();
  const told: string[] = [];
  const start = (port: number) =>
    listenSigner({ host: '127.0.0.1', port }, signer, ['assay server'], service, (line) => told.push(line));
  const first = await start(0);
  const at = { host: '127.0.0.1', port: first.port };
  const trusted = new SignerClient(signerOverTls(at, client), { dropWhenLate: true });
  const key = await trusted.create(GUN, 'timestamp');
  assert.equal((await trusted.sign(request(key, timestamp(1)))).length, 64);

  const stranger = certificates();
  const refused: readonly (readonly [string, MutualTls])[] = [
    ['a client of another authority', { ...stranger.client, authority: client.authority }],
    ['a service of another authority', { ...client, authority: stranger.client.authority }],
    ['the certificate of the service itself', { ...signer }],
  ];
  for (const [what, tls] of refused) {
    const other = new SignerClient(signerOverTls(at, tls));
    await assert.rejects(other.health(), { code: 'signer-unavailable' }, what);
    await other.close();
  }
  const elsewhere = certificates(['other.example']);
  await using misnamed = await listenSigner(
    { host: '127.0.0.1', port: 0 },
    elsewhere.signer,
    [],
    service,
    () => undefined,
  );
  const wrongName = new SignerClient(signerOverTls({ host: '127.0.0.1', port: misnamed.port }, elsewhere.client));
  await assert.rejects(wrongName.health(), { code: 'signer-unavailable', message: /ALTNAME/ });

  // Without a certificate, and with an older protocol.
  for (const options of [{}, { cert: client.certificate, key: client.key, maxVersion: 'TLSv1.2' as const }])
    await new Promise<void>((resolve) => {
      const socket = connect({ ...at, ca: client.authority, ...options });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.on('data', () => assert.fail('a stranger was answered'));
      socket.write('{"id":1,"verb":"health"}\n');
    });
  assert.ok(told.length >= 3, told.join('\n'));

  await first[Symbol.asyncDispose]();
  await assert.rejects(trusted.health(), { code: 'signer-unavailable' });
  const second = await start(at.port);
  assert.equal((await trusted.health()).keys, 1);
  assert.equal((await trusted.sign(request(key, timestamp(2)))).length, 64);
  await trusted.close();
  await second[Symbol.asyncDispose]();
});
