import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type PeerCertificate } from 'node:tls';
import { done } from '../access-client.ts';
import { startServer, type TestServer } from '../server.ts';
import { freePort, startPebble } from './pebble.ts';

interface Status {
  readonly acme?: {
    readonly names: string[];
    readonly notAfter?: string;
    readonly lastError?: string;
    readonly nextTryAt?: string;
  };
}

const NAMES = ['registry.assay.test', 'second.assay.test'];

function certificateOf(server: TestServer, options: { ca?: string; name?: string; alpn?: string[] } = {}) {
  const { hostname, port } = new URL(server.url);
  return new Promise<{ certificate: PeerCertificate; authorized: boolean; alpn: string | false | null }>(
    (resolve, reject) => {
      const socket = connect({
        host: hostname,
        port: Number(port),
        servername: options.name ?? NAMES[0],
        rejectUnauthorized: false,
        ...(options.ca !== undefined && { ca: options.ca }),
        ...(options.alpn && { ALPNProtocols: options.alpn }),
      });
      socket.once('secureConnect', () => {
        resolve({ certificate: socket.getPeerCertificate(), authorized: socket.authorized, alpn: socket.alpnProtocol });
        socket.destroy();
      });
      socket.once('error', reject);
    },
  );
}

async function until(server: TestServer, is: (acme: Status['acme']) => boolean): Promise<NonNullable<Status['acme']>> {
  for (let tries = 0; tries < 300; tries++) {
    const { acme } = await done<Status>(server, 'GET', '/status');
    if (acme && is(acme)) return acme;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`never so: ${JSON.stringify(await done(server, 'GET', '/status'))}`);
}

test('a certificate from a real ACME server by tls-alpn-01 on the one port, put in force while serving', {
  timeout: 180_000,
}, async () => {
  const port = await freePort();
  await using pebble = await startPebble({ tlsPort: port });
  await using server = await startServer({
    listen: `127.0.0.1:${port}`,
    publicNames: NAMES,
    acmeDirectory: pebble.directory,
    acmeAuthorities: pebble.ca,
    acmeContact: 'ops@example.org',
  });
  const acme = await until(server, (each) => each?.notAfter !== undefined);
  assert.deepEqual(acme.names, NAMES);
  const ca = await pebble.root();
  for (const name of NAMES) assert.ok((await certificateOf(server, { ca, name })).authorized, name);
  const names = (await certificateOf(server)).certificate.subjectaltname;
  assert.equal(names, NAMES.map((each) => `DNS:${each}`).join(', '));
  const folder = join(server.directory, 'tls', 'acme');
  for (const file of ['account.key', 'certificate.pem']) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
  const after = await certificateOf(server, { alpn: ['acme-tls/1', 'http/1.1'] });
  assert.equal(after.alpn, 'http/1.1', 'challenges are answered while a name is being proven alone');
});

test('an authority that fails takes nothing away: the old certificate serves on, the reason is shown, a later try renews', {
  timeout: 240_000,
}, async () => {
  const port = await freePort();
  const settings = { listen: `127.0.0.1:${port}`, publicNames: NAMES };
  await using gone = await startServer({ ...settings, acmeDirectory: `https://127.0.0.1:${await freePort()}/dir` });
  const failing = await until(gone, (each) => each?.lastError !== undefined);
  assert.match(failing.lastError ?? '', /cannot reach|nothing listens/);
  assert.ok(failing.nextTryAt !== undefined && failing.notAfter === undefined);
  assert.match(
    (await certificateOf(gone)).certificate.issuer.CN?.toString() ?? '',
    /^Assay CA/,
    'the own authority’s, meanwhile',
  );
  await gone.running.stop();

  await using pebble = await startPebble({ tlsPort: port, validity: 3600 });
  const withPebble = { ...settings, acmeDirectory: pebble.directory, acmeAuthorities: pebble.ca };
  await using server = await startServer(withPebble);
  await until(server, (each) => each?.notAfter !== undefined);
  const ca = await pebble.root();
  const kept = readFileSync(join(server.directory, 'tls', 'acme', 'certificate.pem'), 'utf8');
  const account = readFileSync(join(server.directory, 'tls', 'acme', 'account.key'), 'utf8');
  const before = (await certificateOf(server)).certificate.fingerprint256;
  await server.running.stop();

  // The same data directory with one more name while the authority is away: the old certificate goes on.
  await pebble.end();
  await using later = await startServer({
    ...withPebble,
    publicNames: [...NAMES, 'third.assay.test'],
    dataDirectory: server.directory,
  });
  await until(later, (each) => each?.lastError !== undefined);
  const still = await certificateOf(later, { ca });
  assert.equal(still.certificate.fingerprint256, before);
  assert.ok(still.authorized);
  assert.equal(readFileSync(join(server.directory, 'tls', 'acme', 'certificate.pem'), 'utf8'), kept);
  await later.running.stop();

  // Another authority, the same account key, and a file that was damaged meanwhile.
  writeFileSync(join(server.directory, 'tls', 'acme', 'certificate.pem'), 'rubbish');
  await using other = await startPebble({ tlsPort: port, badNonces: 50 });
  await using renewed = await startServer({
    ...settings,
    acmeDirectory: other.directory,
    acmeAuthorities: other.ca,
    dataDirectory: server.directory,
  });
  await until(renewed, (each) => each?.notAfter !== undefined);
  assert.ok((await certificateOf(renewed, { ca: await other.root() })).authorized);
  assert.equal(readFileSync(join(server.directory, 'tls', 'acme', 'account.key'), 'utf8'), account);
  assert.ok(existsSync(join(server.directory, 'tls', 'ca.crt')));
});

test('settings that cannot work are refused at the start', async () => {
  const acmeDirectory = 'https://127.0.0.1:1/dir';
  await assert.rejects(startServer({ acmeDirectory }), /needs a host name in publicNames/);
  await assert.rejects(startServer({ acmeDirectory, publicNames: ['10.0.0.1', 'plain'] }), /needs a host name/);
  await assert.rejects(
    startServer({ acmeDirectory, publicNames: NAMES, tlsCertificate: '/dev/null', tlsKey: '/dev/null' }),
    /exclude each other|TLS cannot use/,
  );
});
