import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { done } from '../access-client.ts';
import { CLIENT_SECRET, Jar, startOidcServer } from '../oidc-server.ts';
import { startServer } from '../server.ts';

test('assay login --oidc signs a machine in with a browser elsewhere', async (t) => {
  await using server = await startServer();
  await using oidc = await startOidcServer(`${server.url}/oidc/callback`);
  const home = mkdtempSync(join(tmpdir(), 'assay-login-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  await done(server, 'POST', '/directories', {
    name: 'company',
    secret: CLIENT_SECRET,
    settings: { kind: 'oidc', issuer: oidc.url, clientId: 'assay' },
  });
  const child = spawn(process.execPath, ['src/main.ts', 'login', '--oidc', '--', server.host], {
    env: { ...process.env, HOME: home, DOCKER_CONFIG: join(home, '.docker') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      const found = /open (http\S+)/.exec(err)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(err)));
  });
  await new Jar().follow(address, 'ann', () => false);
  const [status] = (await ended) as [number];
  assert.equal(status, 0, err);
  assert.match(out, /signed in to 127\.0\.0\.1:\d+ as ann/);
  const config = JSON.parse(readFileSync(join(home, '.docker', 'config.json'), 'utf8')) as {
    auths: Record<string, { auth: string }>;
  };
  const auth = config.auths[server.host]?.auth ?? '';
  assert.match(Buffer.from(auth, 'base64').toString(), /^ann:asy_pat_/);
  assert.equal((await server.fetch('/v2/', { as: `Basic ${auth}` })).status, 200);
});
