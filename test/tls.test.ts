import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type SecureVersion } from 'node:tls';
import { ownCertificate } from '../src/adapters/tls/own-authority.ts';
import { startServer } from './server.ts';

interface Seen {
  readonly fingerprint: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function ask(port: string, host = 'registry.example'): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path: '/livez', headers: { host }, rejectUnauthorized: false, agent: false },
      (response) => {
        const socket = response.socket as unknown as { getPeerCertificate(): { fingerprint256: string } };
        const { fingerprint256 } = socket.getPeerCertificate();
        response.resume();
        response.on('end', () => resolve({ fingerprint: fingerprint256, headers: response.headers }));
      },
    );
    call.on('error', reject);
    call.end();
  });
}

/** The handshake's outcome with these settings of a client. */
function shake(port: string, options: { maxVersion?: SecureVersion; ciphers?: string }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ...options,
    });
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.once('error', () => resolve('refused'));
  });
}

test('a given certificate is changed while serving; one that does not fit leaves the old one', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tls-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const make = (name: string) => ownCertificate(join(folder, name), ['registry.example'], Date.now());
  const [first, second] = [make('first'), make('second')];
  const [certificate, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const put = (cert: string, privateKey: string) => {
    for (const [file, text] of [
      [certificate, cert],
      [key, privateKey],
    ] as const) {
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    }
  };
  put(first.cert, first.key);
  await using server = await startServer({
    tlsCertificate: certificate,
    tlsKey: key,
    publicNames: ['registry.example'],
  });
  const { port } = new URL(server.url);
  const before = await ask(port);
  assert.equal(before.headers['strict-transport-security'], 'max-age=31536000');
  assert.equal((await ask(port, '127.0.0.1')).headers['strict-transport-security'], undefined);
  assert.equal((await ask(port, 'localhost')).headers['strict-transport-security'], undefined);

  put(second.cert, first.key);
  process.emit('SIGHUP');
  assert.equal((await ask(port)).fingerprint, before.fingerprint, 'a key of another certificate');
  put('rubbish', second.key);
  process.emit('SIGHUP');
  assert.equal((await ask(port)).fingerprint, before.fingerprint, 'no certificate at all');

  put(second.cert, second.key);
  process.emit('SIGHUP');
  const after = await ask(port);
  assert.notEqual(after.fingerprint, before.fingerprint, 'by signal, at once');

  put(first.cert, first.key);
  for (let tries = 0; tries < 80; tries++) {
    if ((await ask(port)).fingerprint === before.fingerprint) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail('the changed files were not noticed');
});

test('TLS 1.2 and newer, with forward secrecy; no promise of TLS under an own authority', async () => {
  await using server = await startServer({ publicNames: ['registry.example'] });
  const { port } = new URL(server.url);
  assert.equal(await shake(port, {}), 'TLSv1.3');
  assert.equal(await shake(port, { maxVersion: 'TLSv1.2' }), 'TLSv1.2');
  assert.equal(await shake(port, { maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), 'refused');
  for (const ciphers of ['AES128-SHA', 'AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA'])
    assert.equal(await shake(port, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` }), 'refused', ciphers);
  assert.equal((await ask(port)).headers['strict-transport-security'], undefined);
});
