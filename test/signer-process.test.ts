import assert from 'node:assert/strict';

import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { makeSignerCertificates } from '../src/app/signer-certificates.ts';
import { seeded } from './archives.ts';
import { startSigner } from './remote-signer.ts';
import { notaryPublisher, type NotaryPublisher } from './notary-publisher.ts';
import { keyOwner } from './key-owner.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts';
import { softToken, TOKEN_PIN, withoutToken } from './soft-token.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-signer-process-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Signing services that run as children of this process now. */
function embeddedPids(directory: string): number[] {
  return globSync(`/proc/${process.pid}/task/*/children`)
    .flatMap((path) => readFileSync(path, 'utf8').trim().split(' '))
    .filter((pid) => pid !== '')
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(directory, 'signer'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

interface VersionOf {
  readonly signed: { readonly version: number; readonly targets?: Record<string, unknown> };
}

async function health(server: TestServer): Promise<{ status: number; body: unknown }> {
  const response = await server.fetch('/_notary_server/health', { as: null });
  return { status: response.status, body: await response.json() };
}

/** Publishes until a version is stored; what the server said meanwhile is given to `said`. */
async function publishSurely(
  publisher: NotaryPublisher,
  version: number,
  said: (status: number, text: string) => void,
) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const { status, text } = await publisher.publish(version, version);
    said(status, text);
    // Its answer was lost, not the publish.
    if (status === 200 || (status === 400 && text.includes('"VERSION"'))) return;
    await pause(100);
  }
  assert.fail(`version ${version} could not be published`);
}

test('the child has an empty environment and its own directory', {
  skip: process.platform === 'linux' ? false : 'reads /proc',
}, async () => {
  await using server = await startServer();
  assert.deepEqual(await health(server), { status: 200, body: {} });
  const [pid] = embeddedPids(server.directory);
  assert.ok(pid !== undefined);
  assert.equal(readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
});

test('kill -9 of the signing service during publishes: nothing lost, no version signed twice, reads go on', {
  skip: process.platform === 'linux' ? false : 'reads /proc',
}, async (t) => {
  await using server = await startServer();
  const publisher = await notaryPublisher(server, `${server.host}/team/app`);
  const random = seeded(20261121);
  const bytesOf = new Map<string, string>();
  const statuses = new Map<number, number>();
  const stop = new AbortController();
  const campaign = { kills: 0, published: 0 };
  const killing = (async () => {
    while (!stop.signal.aborted) {
      // Most kills come after a publish went through, so that a slow machine gets on; one in four may hit a start.
      const { published } = campaign;
      await pause(100 + random() * 500);
      if (random() < 0.75) while (campaign.published === published && !stop.signal.aborted) await pause(20);
      for (const pid of embeddedPids(server.directory)) {
        process.kill(pid, 'SIGKILL');
        campaign.kills++;
      }
    }
  })();
  t.after(async () => {
    stop.abort();
    await killing;
  });
  const KILLS = 8;
  let before = 0;
  for (let version = 1; version <= 1000 && campaign.kills < KILLS; version++) {
    await publishSurely(publisher, version, (status, text) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 200) assert.match(text, /VERSION|signing service|UNKNOWN/, text);
    });
    campaign.published = version;
    for (const role of ['timestamp', 'snapshot', 'targets']) {
      const { status, bytes } = await publisher.get(`${role}.json`);
      assert.equal(status, 200, `${role} is read while the signing service dies`);
      const file = JSON.parse(bytes.toString()) as VersionOf;
      const name = `${role} ${file.signed.version}`;
      assert.equal(bytesOf.get(name) ?? bytes.toString('hex'), bytes.toString('hex'), `${name} was signed twice`);
      bytesOf.set(name, bytes.toString('hex'));
      if (role === 'targets') assert.equal(Object.keys(file.signed.targets ?? {}).length, version, 'nothing is lost');
      if (role === 'timestamp') {
        assert.ok(file.signed.version > before, 'the timestamp goes up with each publish');
        before = file.signed.version;
      }
    }
  }
  stop.abort();
  await killing;
  assert.ok(campaign.kills >= KILLS, `${campaign.kills} kills`);
  // Every version that was ever served is still the one that was served.
  for (const [name, hex] of bytesOf) {
    const [role = '', version = ''] = name.split(' ');
    const { status, bytes } = await publisher.get(`${version}.${role}.json`);
    assert.deepEqual([status, bytes.toString('hex')], [200, hex], name);
  }
  t.diagnostic(`${campaign.kills} kills, answers ${JSON.stringify(Object.fromEntries(statuses))}`);
});

async function withRemoteSigner(args: readonly string[], environment: Record<string, string>): Promise<void> {
  const folder = mkdtempSync(join(root, 'remote-'));
  rmSync(folder, { recursive: true });
  makeSignerCertificates(folder, ['127.0.0.1']);
  let signer = await startSigner(folder, ['--listen', '127.0.0.1:0', ...args], environment);
  const { address } = signer;
  await using server = await startServer({
    signerAddress: address,
    signerCertificate: join(folder, 'client.crt'),
    signerKey: join(folder, 'client.key'),
    signerCa: join(folder, 'ca.crt'),
  });
  const publisher = await notaryPublisher(server, `${server.host}/team/app`);
  assert.deepEqual(embeddedPids(server.directory), [], 'no child is started beside it');
  assert.equal((await publisher.publish(1, 1)).status, 200);
  assert.deepEqual(await health(server), { status: 200, body: {} });

  await signer.end('SIGKILL');
  const started = performance.now();
  let state = await health(server);
  while (state.status === 200 && performance.now() - started < 30_000) {
    await pause(100);
    state = await health(server);
  }
  assert.deepEqual(state, { status: 503, body: { 'Trust operational': 'the signing service does not answer' } });
  assert.equal((await server.fetch('/readyz')).status, 200, 'the registry stays ready');
  assert.equal((await publisher.get('timestamp.json')).status, 200, 'reads go on');
  const refused = await publisher.publish(2, 2);
  assert.equal(refused.status, 503, refused.text);
  const status = (await (await server.fetch('/api/v1/status')).json()) as {
    signer: { state: string; reason?: string };
  };
  assert.equal(status.signer.state, 'down');
  assert.match(status.signer.reason ?? '', /127\.0\.0\.1:\d+ is not reached/);

  signer = await startSigner(folder, ['--listen', address, ...args], environment);
  assert.equal((await publisher.publish(2, 2)).status, 200);
  for (const deadline = Date.now() + 30_000; Date.now() < deadline && (await health(server)).status !== 200; )
    await pause(100);
  assert.deepEqual(await health(server), { status: 200, body: {} });
  await signer.end('SIGTERM');
  assert.equal(signer.child.exitCode, 0, 'it stops in order while a server is connected');
}

test('a signing service of its own over mutual TLS: its death, its restart, and what people see of them', () =>
  withRemoteSigner([], {}));

test('the same with its keys on a PKCS#11 token', { skip: withoutToken }, async () => {
  using token = softToken();
  await withRemoteSigner(['--pkcs11', token.module], { ...token.environment, ASSAY_PKCS11_PIN: TOKEN_PIN });
});

test('the same with sealed files that only a PKCS#11 token opens', { skip: withoutToken }, async () => {
  using token = softToken();
  const pin = { ...token.environment, ASSAY_PKCS11_PIN: TOKEN_PIN };
  await withRemoteSigner(['--pkcs11', token.module, '--sealed'], pin);
});

test('a configuration that names half of a signing service does not start', async () => {
  await assert.rejects(startServer({ signerAddress: '127.0.0.1:1' }), {
    code: 'configuration-invalid',
    message: /belong together/,
  });
});

test('a backup holds the sealed keys and not what opens them; restored, the server signs on with the store key put back', async () => {
  await using server = await startServer();
  const publisher = await notaryPublisher(server, 'registry.example/team/app');
  for (const version of [1, 2, 3]) assert.equal((await publisher.publish(version, 1)).status, 200);
  const storeKey = readFileSync(join(server.directory, 'signer', 'store.key'));
  const folder = join(root, 'backup');
  const assay = keyOwner(root);
  const credentials = { ASSAY_SERVER: server.url };
  const config = join(root, 'docker');
  mkdirSync(config);
  writeFileSync(
    join(config, 'config.json'),
    JSON.stringify({ auths: { [server.host]: { auth: Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64') } } }),
  );
  const made = await assay.assay(['backup', '--server', server.url, folder], { ...credentials, DOCKER_CONFIG: config });
  assert.equal(made.status, 0, made.err);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      const secret = storeKey.toString().trim();
      assert.ok(!bytes.includes(secret) && !bytes.includes(Buffer.from(secret, 'base64')), entry.name);
    }
  const directory = join(root, 'restored');
  const restored = await assay.assay(['restore', folder, '--data-directory', directory]);
  assert.equal(restored.status, 0, restored.err);
  assert.equal(statSync(join(directory, 'signer', 'keys.sqlite')).mode & 0o777, 0o600);

  const flags = { dataDirectory: directory };
  {
    await using without = await startServer(flags);
    const again = await publisher.at(without).publish(4, 1);
    assert.equal(again.status, 503, again.text);
    assert.equal((await health(without)).status, 503);
  }
  writeFileSync(join(directory, 'signer', 'store.key'), storeKey, { mode: 0o600 });
  await using whole = await startServer(flags);
  const last = await publisher.at(whole).publish(4, 1);
  assert.equal(last.status, 200, last.text);
  const timestamp = JSON.parse((await publisher.at(whole).get('timestamp.json')).bytes.toString()) as VersionOf;
  assert.ok(timestamp.signed.version >= 4);
});

test('a key that a new root rotated out is retired; what was signed with it stays, and the new one signs', async () => {
  await using server = await startServer();
  const publisher = await notaryPublisher(server, `${server.host}/team/app`);
  assert.equal((await publisher.publish(1, 1)).status, 200);
  const keys = () => {
    using book = new DatabaseSync(join(server.directory, 'signer', 'keys.sqlite'), { readOnly: true });
    return book.prepare('select role, retired_at is not null as retired from keys order by created_at').all();
  };
  const shown = () => keys().map(({ role, retired }) => `${String(role)} ${retired === 1 ? 'retired' : 'live'}`);
  assert.deepEqual(shown().sort(), ['snapshot live', 'timestamp live']);
  // Made and never named: its root may still come.
  await server.fetch(`/v2/${publisher.gun}/_trust/tuf/timestamp.key`, { method: 'POST' });
  for (const role of ['timestamp', 'snapshot'] as const) {
    const { status, text } = await publisher.rotate(role);
    assert.equal(status, 200, text);
  }
  assert.deepEqual(shown().sort(), [
    'snapshot live',
    'snapshot retired',
    'timestamp live',
    'timestamp live',
    'timestamp retired',
  ]);
  assert.equal((await publisher.publish(2, 1)).status, 200);
  assert.equal((await publisher.get('1.timestamp.json')).status, 200);
  const events = (await (await server.fetch('/api/v1/events?limit=50')).json()) as { items: { type: string }[] };
  assert.equal(events.items.filter(({ type }) => type === 'dev.assay.trust-key.retired.v1').length, 2);
});
