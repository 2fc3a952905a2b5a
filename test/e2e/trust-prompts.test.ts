import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tarOf } from '../archives.ts';
import { pushImageOf } from '../image-pusher.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import { buildContext, dockerClients, dockerUser, expect, testFolder } from './trust-clients.ts';

/* What a person at a terminal is asked who signs for the first time. */

const folder = testFolder();
const clients = await dockerClients();
let engine: DockerEngine;
let server: TestServer;
before(async () => {
  engine = await dockerEngine();
  server = await startServer();
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const WAIT_MS = 60_000;

/** Runs a program at a terminal of its own and types each answer when its question comes. Everything it showed. */
function atTerminal(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  answers: readonly (readonly [question: RegExp, answer: string])[],
): Promise<{ status: number | null; shown: string }> {
  const line = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qefc', line, '/dev/null'], { env: { ...process.env, ...env } });
    const timer = setTimeout(() => child.kill(), WAIT_MS);
    let shown = '';
    let read = 0;
    let asked = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      const next = answers[asked];
      const found = next?.[0].exec(shown.slice(read));
      if (!next || !found) return;
      read = shown.length;
      asked++;
      child.stdin.write(`${next[1]}\n`);
    });
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({
        status,
        shown: asked < answers.length ? `${shown}\n(${String(answers[asked]?.[0])} never came)` : shown,
      });
    });
  });
}

for (const client of clients)
  test(`docker ${client.version}: the first signed push asks for passphrases of a new root and a new repository key`, async () => {
    const user = await dockerUser(folder.path, client, engine, server.host);
    const image = `${server.host}/asked/app${client.version}:v1`;
    const built = await user.run(['build', '-q', '-t', image, buildContext(folder.path, 'asked')], { trust: false });
    expect(built, 0, '');
    const { status, shown } = await atTerminal(
      [client.program, 'push', image],
      {
        DOCKER_HOST: engine.env.DOCKER_HOST,
        DOCKER_CONFIG: user.config,
        HOME: user.home,
        DOCKER_CONTENT_TRUST: '1',
      },
      [
        [/Enter passphrase for new root key with ID [0-9a-f]{7}: $/, 'a passphrase for root'],
        [/Repeat passphrase for new root key with ID [0-9a-f]{7}: $/, 'a passphrase for root'],
        [/Enter passphrase for new repository key with ID [0-9a-f]{7}: $/, 'a passphrase for tags'],
        [/Repeat passphrase for new repository key with ID [0-9a-f]{7}: $/, 'a passphrase for tags'],
      ],
    );
    assert.equal(status, 0, shown);
    assert.match(shown, /Finished initializing/);
    assert.equal(readdirSync(join(user.config, 'trust', 'private')).length, 2, 'a root and a repository key');
  });

test('assay: the first signature asks for the same two', async () => {
  const home = join(folder.path, 'asked-home');
  mkdirSync(join(home, '.docker'), { recursive: true });
  const auth = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  await pushImageOf(server, 'asked/assay', [tarOf([{ path: 'a', content: Buffer.from('a') }])], {}, 'v1');
  const { status, shown } = await atTerminal(
    [
      process.execPath,
      join(import.meta.dirname, '../../src/main.ts'),
      'trust',
      'sign',
      `${server.host}/asked/assay:v1`,
    ],
    { HOME: home, NODE_NO_WARNINGS: '1' },
    [
      [/New passphrase for the root key: /, 'a passphrase for root'],
      [/Once more: /, 'a passphrase for root'],
      [/New passphrase for [^\n]*: /, 'a passphrase for tags'],
      [/Once more: /, 'a passphrase for tags'],
    ],
  );
  assert.equal(status, 0, shown);
  assert.match(shown, /signed for the first time/);
});
