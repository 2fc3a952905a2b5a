import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import { buildContext, dockerClients, testFolder } from './trust-clients.ts';

/** Every command line of the pages about content trust, run as it stands, in order, each person with a home of their own. */
const folder = testFolder();
let engine: DockerEngine;
let server: TestServer;
let bin: string;
before(async () => {
  engine = await dockerEngine();
  server = await startServer();
  bin = join(folder.path, 'bin');
  mkdirSync(bin);
  const program = join(import.meta.dirname, '../../src/main.ts');
  writeFileSync(join(bin, 'assay'), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
  chmodSync(join(bin, 'assay'), 0o755);
  const docker = (await dockerClients()).at(-1)!;
  writeFileSync(join(bin, 'docker'), `#!/bin/sh\nexec ${docker.program} "$@"\n`);
  chmodSync(join(bin, 'docker'), 0o755);
  const build = ['build', '-q', '-t', 'debian:12', buildContext(folder.path, 'guide')];
  await succeed('docker', build, { env: { ...environment('you'), DOCKER_BUILDKIT: '0' } });
  for (const who of ['you', 'Anna', 'Berta', 'Clara'])
    await succeed('docker', ['login', '-u', 'admin', '--password-stdin', server.host], {
      env: environment(who),
      input: ADMIN_PASSWORD,
    });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function environment(who: string): NodeJS.ProcessEnv {
  const home = join(folder.path, who);
  return {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DOCKER_HOST: engine.env.DOCKER_HOST,
    DOCKER_CONFIG: join(home, '.docker'),
    ASSAY_ROOT_PASSPHRASE: 'the root of all of it 1',
    ASSAY_REPOSITORY_PASSPHRASE: 'a repository passphrase 1',
    ASSAY_BACKUP_PASSPHRASE: 'what the backup is sealed with 1',
    DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE: 'the root of all of it 1',
    DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: 'a repository passphrase 1',
  };
}

interface Line {
  readonly who: string;
  readonly text: string;
}

/** Lines indented by four spaces; a comment alone names the person whose machine follows. */
function listings(page: string): Line[] {
  const lines: Line[] = [];
  let who = 'you';
  for (const line of readFileSync(`docs/guide/${page}`, 'utf8').split('\n')) {
    if (!line.startsWith('    ')) {
      if (line !== '') who = 'you';
      continue;
    }
    const person = /^ {4}# (\w+)$/.exec(line)?.[1];
    if (person !== undefined) who = person;
    else lines.push({ who, text: line.trim() });
  }
  return lines;
}

const place = () => mkdtempSync(join(folder.path, 'place-'));

async function follow(
  page: string,
  cwd: string,
  put: (text: string) => Promise<string> | string = (text) => text,
): Promise<number> {
  const lines = listings(page);
  for (const { who, text } of lines) {
    const line = (await put(text)).replaceAll('127.0.0.1:5000', server.host);
    const { status, stdout, stderr } = await command('sh', ['-c', line], { env: environment(who), cwd });
    assert.equal(status, 0, `${page}, ${who}: ${line}\n${stdout}${stderr}`);
  }
  return lines.length;
}

async function push(...names: string[]): Promise<void> {
  for (const name of names) {
    await succeed('docker', ['tag', 'debian:12', `${server.host}/${name}`], { env: environment('you') });
    await succeed('docker', ['push', `${server.host}/${name}`], { env: environment('you') });
  }
}

test('your first signed image', async () => {
  assert.equal(await follow('first-signed-image.md', place()), 11);
});

test('moving from Docker Content Trust', async () => {
  assert.ok((await follow('from-docker-content-trust.md', place())) >= 10);
});

test('the root key ceremony, and what it is for when a key is lost', async () => {
  await push('shop/vault:1.0', 'shop/till:1.0', 'shop/app:2.0');
  const cwd = place();
  assert.ok((await follow('root-key-ceremony.md', cwd)) >= 12);
  const env = environment('you');
  // The page goes on from a repository that you have signed and let Alice sign.
  await succeed('assay', ['key', 'generate', 'alice', '--public-key', join(cwd, 'alice.pub')], { env });
  await succeed('assay', ['trust', 'delegate', `${server.host}/shop/app`, 'alice', '--key', join(cwd, 'alice.pub')], {
    env,
  });
  const annas = JSON.parse(
    await succeed('assay', ['key', 'list', '--format', 'json'], { env: environment('Anna') }),
  ) as {
    items: { role: string; id: string }[];
  };
  const lost = annas.items.find((key) => key.role === 'root')!.id.slice(0, 12);
  assert.ok((await follow('lost-or-stolen-key.md', cwd, (text) => text.replace('3f2a91c07d55', lost))) >= 9);
});
