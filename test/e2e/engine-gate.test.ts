import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { startServer, type TestServer } from '../server.ts';
import { analysed, importTracker } from './console-data.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import { buildContext, dockerClients, type DockerUser, dockerUser, expect, said, testFolder } from './trust-clients.ts';

const folder = testFolder();
const plugin = `assay-${process.pid}`;
const socket = `/run/docker/plugins/${plugin}.sock`;
const POLICY = `policy: shop-rules
organisation: shop
mode: enforce
gates: [run]
rules:
  - signed: true
  - vulnerabilities: { atLeast: high, fixable: true }
  - container: confined
`;
const TRACKER = JSON.stringify({
  openssl: {
    'CVE-2026-0001': {
      description: 'Remote code execution',
      releases: { bookworm: { status: 'resolved', fixed_version: '3.0.9-1', urgency: 'high' } },
    },
  },
});

let server: TestServer;
let engine: DockerEngine;
let gate: ChildProcess;
let user: DockerUser;
let image: (name: string) => string;

before(async () => {
  server = await startServer();
  image = (name) => `${server.host}/shop/${name}:1.0`;
  await importTracker(server, TRACKER);
  await addPerson(server, 'gatekeeper');
  engine = await dockerEngine([`--authorization-plugin=${plugin}`]);
  const config = join(folder.path, 'gatekeeper');
  mkdirSync(config);
  const auth = Buffer.from(`gatekeeper:${PASSWORD}`).toString('base64');
  writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  gate = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '..', '..', 'src', 'main.ts'),
      'docker-plugin',
      `--server=${server.url}`,
      `--socket=${socket}`,
      `--engine=${engine.env.DOCKER_HOST.slice('unix://'.length)}`,
      `--state=${join(folder.path, 'state')}`,
    ],
    { env: { PATH: process.env['PATH'], HOME: folder.path, DOCKER_CONFIG: config }, stdio: 'ignore' },
  );
  const [client] = (await dockerClients()).toReversed();
  assert.ok(client);
  user = await dockerUser(folder.path, client, engine, server.host);
  // Without a policy everything passes, and so the images of the test are made.
  for (const name of ['good', 'plain', 'vulnerable']) {
    const context = buildContext(folder.path, name);
    makeDebian(context, name === 'vulnerable' ? '3.0.1-1' : '3.0.9-1');
    expect(await user.run(['build', '-q', '-t', image(name), context], { trust: false }), 0, 'sha256:');
    expect(await user.run(['push', image(name)], { trust: name !== 'plain' }), 0, 'digest:');
    await analysed(server, `shop/${name}`, '1.0');
  }
  expect(
    await user.run(['build', '-q', '-t', 'made-here:1', buildContext(folder.path, 'local')], { trust: false }),
    0,
    '',
  );
  await done(server, 'PUT', '/organisations/shop/grants/gatekeeper', { role: 'reader' });
  expect(await docker('create', '--name', 'earlier', '--network', 'none', image('plain'), 'echo'), 0, '');
  await done(server, 'PUT', '/policies', { text: POLICY });
});
after(async () => {
  gate.kill('SIGTERM');
  await engine[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function makeDebian(context: string, openssl: string): void {
  const [release, status] = ['os-release', 'status'];
  writeFileSync(join(context, release), 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n');
  writeFileSync(
    join(context, status),
    `Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${openssl}\n\n`,
  );
  const file = join(context, 'Dockerfile');
  writeFileSync(file, `${readFileSync(file, 'utf8')}COPY os-release /etc/\nCOPY status /var/lib/dpkg/status\n`);
}

const docker = (...args: readonly string[]) => user.run(args, { trust: false });
const run = (name: string, ...options: readonly string[]) =>
  docker('run', '--rm', '--network', 'none', ...options, name, 'echo', 'ran');

/** A call of the engine that docker's own command line would not make. */
function raw(path: string, headers: Record<string, string>, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socketPath = engine.env.DOCKER_HOST.slice('unix://'.length);
    const call = request({ socketPath, path, method: 'POST', headers: { Host: 'docker', ...headers } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** True when the gate answers what an engine asks of a plug-in first. */
function activated(): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath: socket, path: '/Plugin.Activate', method: 'POST', headers: { Host: 'x' } });
    call.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode === 200)));
    call.on('error', () => resolve(false));
    call.end();
  });
}

describe('a Docker Engine with the gate', () => {
  test('a signed, scanned image runs: by tag, digest, id and local name', async () => {
    expect(await run(image('good')), 0, 'ran');
    const id = (await docker('image', 'inspect', '--format', '{{.Id}}', image('good'))).stdout.trim();
    expect(await run(id), 0, 'ran');
    expect(await run(id.slice(7, 19)), 0, 'ran');
    expect(await docker('tag', image('good'), 'nice:1'), 0, '');
    expect(await run('nice:1'), 0, 'ran');
  });

  test('an unsigned one does not, with rule and cure in what docker shows, whatever it is called here', async () => {
    const refused = await run(image('plain'));
    expect(
      refused,
      125,
      new RegExp(
        `authorization denied by plugin ${plugin}: ${image('plain')}: policy shop-rules, rule signed: not signed: shop/plain has no trust data; sign it: assay trust sign shop/plain`,
      ),
    );
    const id = (await docker('image', 'inspect', '--format', '{{.Id}}', image('plain'))).stdout.trim();
    expect(await run(id.slice(7, 19)), 125, 'rule signed');
    expect(await docker('tag', image('plain'), 'harmless:1'), 0, '');
    expect(await run('harmless:1'), 125, 'rule signed');
    expect(await docker('start', 'earlier'), 1, 'rule signed');
  });

  test('a vulnerable one does not, with its evidence and the upgrade that clears it', async () => {
    expect(
      await run(image('vulnerable')),
      125,
      /rule vulnerabilities: .*CVE-2026-0001 \(high\) in openssl 3\.0\.1-1, fixed in 3\.0\.9-1; upgrade openssl to 3\.0\.9-1/,
    );
  });

  test('what asks for the host does not, what asks for little does', async () => {
    for (const options of [
      ['--privileged'],
      ['--cap-add', 'SYS_ADMIN'],
      ['--pid', 'host'],
      ['-v', '/:/host'],
      ['-v', '/var/run/docker.sock:/s'],
      ['--device', '/dev/null'],
      ['--security-opt', 'seccomp=unconfined'],
      ['--ipc', 'host'],
    ])
      expect(await run(image('good'), ...options), 125, 'rule container: the container asks for more');
    expect(
      await run(image('good'), '-v', 'data:/data', '--cap-drop', 'ALL', '--read-only', '--user', '1000'),
      0,
      'ran',
    );
    expect(await run(image('good'), '-v', `${folder.path}:/data:ro`, '--memory', '64m'), 0, 'ran');
  });

  test('images made here neither run nor are made', async () => {
    expect(await run('made-here:1'), 125, 'rule foreign: an image that was made here');
    expect(
      await docker('build', '-q', buildContext(folder.path, 'new')),
      1,
      'rule foreign: an image that was made here, and policies are enforced at run; push it to this registry',
    );
    const archive = join(folder.path, 'saved.tar');
    expect(await docker('save', '-o', archive, image('good')), 0, '');
    expect(await docker('load', '-i', archive), 1, 'rule foreign');
    expect(await docker('import', archive), 1, 'rule foreign');
    expect(await docker('commit', 'earlier', 'mine:1'), 1, 'rule foreign');
    expect(
      await docker('pull', 'docker.io/library/nginx:1'),
      1,
      'rule foreign: docker.io/library/nginx:1 is of another',
    );
  });

  test('a privileged command in a running container is refused, a plain one is not', async () => {
    const started = await docker('run', '-d', '--name', 'long', '--network', 'none', image('good'), 'sleep', '60');
    expect(started, 0, '');
    expect(await docker('exec', 'long', '/bin/busybox', 'echo', 'inside'), 0, 'inside');
    expect(await docker('exec', '--privileged', 'long', '/bin/busybox', 'echo'), 1, 'rule container');
    expect(await docker('rm', '-f', 'long'), 0, '');
  });

  test('a body that the engine does not hand on is refused', async () => {
    const json = { 'Content-Type': 'application/json' };
    const large = JSON.stringify({
      Image: image('good'),
      Env: [`A=${'x'.repeat(1_200_000)}`],
      HostConfig: { Privileged: true },
    });
    for (const [headers, body] of [
      [json, large],
      [{ 'Content-Type': 'text/plain' }, JSON.stringify({ Image: image('good') })],
      [json, ''],
      [json, `{"Image":"${image('good')}","image":"${image('plain')}"}`],
    ] as const) {
      const { status, text } = await raw('/v1.41/containers/create', headers, body);
      assert.equal(status, 403, text);
      assert.match(text, /could not be judged/);
    }
    const { status, text } = await raw('/v1.41/containers/create', json, JSON.stringify({ Image: image('good') }));
    assert.equal(status, 201, text);
  });

  test('a gate that died is back within a second, and nothing runs meanwhile', async () => {
    const worker = Number(execFileSync('pgrep', ['-P', String(gate.pid)], { encoding: 'utf8' }).split('\n')[0]);
    const diedAt = performance.now();
    process.kill(worker, 'SIGKILL');
    await pause(10);
    while (!(await activated())) await pause(5);
    const away = performance.now() - diedAt;
    assert.ok(away < 1000, `${away} ms`);
    expect(await docker('ps', '-q'), 0, '');
    expect(await run(image('plain')), 125, 'rule signed');
  });

  test('with the server away, signed decisions answer as long as they are good; nothing else passes', async () => {
    expect(await run(image('good')), 0, 'ran');
    await pause(1200);
    await server.running.stop();
    expect(await run(image('good')), 0, 'ran');
    expect(await run(image('good'), '--privileged'), 125, /rule container|rule undecided/);
    expect(
      await run(image('good'), '--uts', 'host'),
      125,
      'rule undecided: the server cannot be reached, and no decision of it is kept',
    );
    expect(await run(image('plain')), 125, /rule signed|rule undecided/);
  });
});

test('docker says why in one line', async () => {
  const lines = said(await run(image('plain'))).split('\n');
  assert.ok(lines.some((line) => line.includes('policy')));
});
