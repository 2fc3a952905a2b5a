import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Updater } from 'tuf-js';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { command, type CommandResult, succeed } from './command.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import {
  buildContext,
  type DockerClient,
  dockerClients,
  type DockerUser,
  dockerUser,
  testFolder,
  expect,
  said,
} from './trust-clients.ts';

const folder = testFolder();
const clients = await dockerClients();
let engine: DockerEngine;
let server: TestServer;
let image: string;
let owner: Person;
let docker: DockerUser;

/** Somebody with a home of their own: keys, trusted metadata and sign-in. */
interface Person {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  assay(...args: string[]): Promise<CommandResult>;
}

function person(env: NodeJS.ProcessEnv = {}): Person {
  const home = mkdtempSync(join(folder.path, 'person-'));
  const own: NodeJS.ProcessEnv = {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    DOCKER_CONFIG: join(home, '.docker'),
    DOCKER_HOST: engine.env.DOCKER_HOST,
    DOCKER_CONTENT_TRUST: '',
    ASSAY_USER: 'admin',
    ASSAY_PASSWORD: ADMIN_PASSWORD,
    ASSAY_ROOT_PASSPHRASE: 'the root of all of it 1',
    ASSAY_REPOSITORY_PASSPHRASE: 'a repository passphrase 1',
    ...env,
  };
  return {
    home,
    env: own,
    assay: (...args) =>
      command(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), ...args], { env: own, cwd: home }),
  };
}

before(async () => {
  engine = await dockerEngine();
  server = await startServer();
  image = `${server.host}/team/app`;
  owner = person();
  docker = await dockerUser(folder.path, clients.at(-1)!, engine, server.host);
  for (const tag of ['1', '2', '3']) {
    expect(
      await docker.run(['build', '-q', '-t', `${image}:${tag}`, buildContext(folder.path, tag)], { trust: false }),
      0,
      '',
    );
    expect(await docker.run(['push', `${image}:${tag}`], { trust: false }), 0, 'digest:');
  }
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const fresh = (client: DockerClient) => dockerUser(folder.path, client, engine, server.host);

/** The digest that a TUF 1.x client of somebody else's making gets for a tag. */
async function byTufJs(
  gun: string,
  tag: string,
  cache = mkdtempSync(join(folder.path, 'tufjs-')),
): Promise<string | undefined> {
  const base = `${server.url}/v2/${gun}/_trust`;
  if (!existsSync(join(cache, 'root.json'))) {
    const root = await server.fetch(`/v2/${gun}/_trust/metadata/1.root.json`);
    writeFileSync(join(cache, 'root.json'), Buffer.from(await root.arrayBuffer()));
  }
  mkdirSync(join(cache, 'targets'), { recursive: true });
  const updater = new Updater({
    metadataDir: cache,
    metadataBaseUrl: `${base}/metadata`,
    targetBaseUrl: `${base}/targets`,
    targetDir: join(cache, 'targets'),
    config: { fetchRetry: false as never },
  });
  await updater.refresh();
  const target = await updater.getTargetInfo(tag);
  if (!target) return undefined;
  const path = await updater.downloadTarget(target);
  assert.ok(readFileSync(path).length === target.length);
  return target.hashes['sha256'];
}

test('one act of signing: docker, notary’s form and TUF 1.x clients all read it', async () => {
  const signed = await owner.assay('trust', 'sign', `${image}:1`, `${image}:2`);
  expect(signed, 0, new RegExp(`signed ${image}:1 as sha256:[0-9a-f]{64}`));
  const digest = new RegExp(`${image}:1 as sha256:([0-9a-f]{64})`).exec(said(signed))?.[1];
  for (const client of clients)
    expect(await (await fresh(client)).run(['pull', `${image}:1`]), 0, `Pull (1 of 1): ${image}:1@sha256:${digest}`);
  await server.fetch('/api/v1/repositories/team%2Fapp', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"visibility":"public"}',
  });
  assert.equal(await byTufJs(image, '1'), digest);
  assert.equal(await byTufJs(image, '3'), undefined);
  expect(await owner.assay('trust', 'status', image), 0, /TUF 1\.x repository: complete/);
  expect(await owner.assay('trust', 'verify', `${image}:1`), 0, 'signed by targets');
  expect(await owner.assay('trust', 'verify', `${image}:3`), 1, 'No valid trust data for 3');
});

test('pull, check and run hold to what was signed, and say why not in words of their own', async () => {
  const reader = person({ ASSAY_CONTENT_TRUST: '1' });
  expect(await reader.assay('pull', `${image}:1`), 0, 'is signed by targets');
  expect(await reader.assay('pull', `${image}:3`), 1, `refused ${image}:3: No valid trust data for 3`);
  expect(await reader.assay('check', `${image}:3`), 1, 'nobody who may has signed it');
  expect(await reader.assay('pull', '--disable-content-trust', `${image}:3`), 0, 'sha256:');
  const run = (...args: string[]) => reader.assay('run', '--engine-option=--network=none', ...args);
  expect(await run(`${image}:1`, '--', 'cat', '/text'), 0, /^1/);
  expect(await run(`${image}:3`, '--', 'cat', '/text'), 1, 'refused');
  const byDocker = person({ DOCKER_CONTENT_TRUST: '1' });
  expect(await byDocker.assay('pull', `${image}:3`), 1, 'refused');
  expect(
    await owner.assay('copy', `${image}:1`, `${server.host}/team/copied:1`),
    0,
    'is signed anew: assay trust sign',
  );
  // Somebody pushes other content under a signed tag.
  expect(await docker.run(['tag', `${image}:3`, `${image}:2`], { trust: false }), 0, '');
  expect(await docker.run(['push', `${image}:2`], { trust: false }), 0, 'digest:');
  expect(await run(`${image}:2`, '--', 'cat', '/text'), 0, /^2/);
  expect(await owner.assay('trust', 'verify', `${image}:2`), 1, 'which nobody signed');
  expect(await owner.assay('trust', 'status', image), 1, 'which nobody signed');
});

test('a signer made by docker signs with docker; the owner brings TUF 1.x clients up to date', async () => {
  const alice = await fresh(clients.at(-1)!);
  expect(await alice.run(['trust', 'key', 'generate', '--dir', alice.home, 'alice']), 0, 'Successfully generated');
  expect(
    await owner.assay('trust', 'delegate', image, 'alice', '--key', join(alice.home, 'alice.pub')),
    0,
    'alice may sign',
  );
  expect(await docker.run(['pull', `${image}:3`], { trust: false }), 0, '');
  expect(await alice.run(['trust', 'sign', `${image}:3`]), 0, `Successfully signed ${image}:3`);
  expect(await alice.run(['trust', 'inspect', '--pretty', image]), 0, /3\s+[0-9a-f]{64}\s+alice/);
  const cache = mkdtempSync(join(folder.path, 'tufjs-'));
  assert.equal(await byTufJs(image, '3', cache), undefined);
  expect(await owner.assay('trust', 'status', image), 1, 'TUF 1.x repository: behind');
  expect(await owner.assay('trust', 'upgrade', image), 0, 'TUF 1.x clients read the same');
  assert.ok(await byTufJs(image, '3', cache));
  assert.ok(await byTufJs(image, '1', cache));
  expect(await owner.assay('trust', 'upgrade', image), 0, 'nothing to do');
});

test('a signer with Assay signs both forms; undelegated, only what others signed is left', async () => {
  const bob = person();
  expect(await bob.assay('key', 'generate', 'bob', '--public-key', join(bob.home, 'bob.pub')), 0, 'bob');
  expect(await owner.assay('trust', 'delegate', image, 'bob', '--key', join(bob.home, 'bob.pub')), 0, 'bob may sign');
  expect(await docker.run(['tag', `${image}:1`, `${image}:4`], { trust: false }), 0, '');
  expect(await docker.run(['push', `${image}:4`], { trust: false }), 0, '');
  expect(await bob.assay('trust', 'sign', `${image}:4`), 0, `signed ${image}:4`);
  const cache = mkdtempSync(join(folder.path, 'tufjs-'));
  assert.ok(await byTufJs(image, '4', cache));
  const reader = await fresh(clients[0]!);
  expect(await reader.run(['pull', `${image}:4`]), 0, 'Pull (1 of 1)');
  expect(await bob.assay('trust', 'revoke', `${image}:1`), 1, 'not signed by');
  expect(await owner.assay('trust', 'undelegate', image, 'bob'), 0, 'signs for');
  assert.equal(await byTufJs(image, '4', cache), undefined);
  assert.ok(await byTufJs(image, '3', cache));
});

test('keys are rotated five times while docker and tuf-js follow from what they saw first', async () => {
  const gun = `${server.host}/team/rotating`;
  expect(await docker.run(['tag', `${image}:1`, `${gun}:1`], { trust: false }), 0, '');
  expect(await docker.run(['push', `${gun}:1`], { trust: false }), 0, '');
  await server.fetch('/api/v1/repositories/team%2Frotating', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"visibility":"public"}',
  });
  expect(await owner.assay('trust', 'sign', `${gun}:1`), 0, 'signed');
  const old = await fresh(clients.at(-1)!);
  expect(await old.run(['pull', `${gun}:1`]), 0, 'Pull');
  const cache = mkdtempSync(join(folder.path, 'tufjs-'));
  assert.ok(await byTufJs(gun, '1', cache));
  for (const role of ['timestamp', 'snapshot', 'targets', 'root', 'root'])
    expect(await owner.assay('trust', 'rotate', gun, role), 0, `${role} of ${gun} has the new key`);
  expect(await old.run(['pull', `${gun}:1`]), 0, 'Pull');
  assert.ok(await byTufJs(gun, '1', cache));
  expect(await owner.assay('trust', 'expire', gun, 'root', '--in', '2y'), 0, 'is signed again until');
  expect(await owner.assay('trust', 'log', gun), 0, /root 7, good until \d{4}-\d{2}-\d{2}\n {2}signed again/);
});

test('a ceremony: two of three root keys in three hands; one is lost, and nothing ends', async () => {
  const [anna, berta, clara, dora] = [person(), person(), person(), person()];
  const gun = `${server.host}/team/ceremony`;
  expect(await docker.run(['tag', `${image}:1`, `${gun}:1`], { trust: false }), 0, '');
  expect(await docker.run(['push', `${gun}:1`], { trust: false }), 0, '');
  const certificate = async (who: Person, name: string): Promise<string> => {
    expect(await who.assay('key', 'generate', 'root'), 0, '');
    const listed = JSON.parse((await who.assay('key', 'list', '--format', 'json')).stdout) as {
      items: { id: string }[];
    };
    const path = join(folder.path, `${name}.crt`);
    expect(await who.assay('key', 'export', listed.items[0]!.id, '--certificate', gun, '--output', path), 0, '');
    return path;
  };
  const [bertas, claras, doras] = [
    await certificate(berta, 'berta'),
    await certificate(clara, 'clara'),
    await certificate(dora, 'dora'),
  ];
  const change = join(folder.path, 'beginning.json');
  const begun = await anna.assay(
    'trust',
    'init',
    gun,
    '--root-certificate',
    bertas,
    '--root-certificate',
    claras,
    '--root-threshold',
    '2',
    '--stage',
    change,
  );
  expect(begun, 0, 'the new root has 1 of 2 signatures');
  expect(await anna.assay('trust', 'import', change), 1, '1 of 2 signatures');
  expect(await dora.assay('trust', 'witness', '--yes', change), 2, 'none of your keys');
  expect(await berta.assay('trust', 'witness', '--yes', change), 0, 'every signature is there');
  expect(await anna.assay('trust', 'import', change), 0, 'published');
  expect(await anna.assay('trust', 'sign', `${gun}:1`), 0, 'signed');
  const reader = await fresh(clients.at(-1)!);
  expect(await reader.run(['pull', `${gun}:1`]), 0, 'Pull (1 of 1)');

  const status = JSON.parse((await anna.assay('trust', 'status', gun, '--format', 'json')).stdout) as {
    roles: { role: string; keys: string[]; threshold: number }[];
  };
  const root = status.roles.find((role) => role.role === 'root')!;
  assert.deepEqual([root.threshold, root.keys.length], [2, 3]);
  const annas = JSON.parse((await anna.assay('key', 'list', '--format', 'json')).stdout) as {
    items: { id: string; role: string }[];
  };
  const lost = annas.items.find((key) => key.role === 'root')!.id;
  // Anna's machine is gone: the two others name a root with Dora in her place.
  const recovery = join(folder.path, 'recovery.json');
  expect(
    await berta.assay('trust', 'recover', gun, '--lost', lost.slice(0, 12), '--add-key', doras, '--stage', recovery),
    0,
    '1 of 2 signatures',
  );
  expect(await clara.assay('trust', 'witness', '--yes', recovery), 0, 'every signature is there');
  expect(await berta.assay('trust', 'import', recovery), 0, 'published');
  expect(await reader.run(['pull', `${gun}:1`]), 0, 'Pull (1 of 1)');
  const after = JSON.parse((await berta.assay('trust', 'status', gun, '--format', 'json')).stdout) as typeof status;
  assert.ok(!after.roles.find((role) => role.role === 'root')!.keys.includes(lost));
  const ids = after.roles
    .find((role) => role.role === 'root')!
    .keys.flatMap((id) => ['--lost', id.slice(0, 12)])
    .slice(0, 4);
  expect(await berta.assay('trust', 'recover', gun, ...ids), 1, 'Nobody can name a new root');
});

test('two publishers at once lose nothing', async () => {
  const gun = `${server.host}/team/busy`;
  const tags = ['a', 'b', 'c', 'd'];
  for (const tag of tags) {
    expect(await docker.run(['tag', `${image}:1`, `${gun}:${tag}`], { trust: false }), 0, '');
    expect(await docker.run(['push', `${gun}:${tag}`], { trust: false }), 0, '');
  }
  expect(await owner.assay('trust', 'init', gun), 0, 'ready to be signed');
  const results = await Promise.all(tags.map((tag) => owner.assay('trust', 'sign', `${gun}:${tag}`)));
  for (const result of results) expect(result, 0, 'signed');
  const reader = await fresh(clients[0]!);
  const all = said(await reader.run(['pull', '-a', gun]));
  for (const tag of tags) assert.match(all, new RegExp(`:${tag}@sha256:`));
});

test('pins: an unknown root is refused, trust on first use can be turned off', async () => {
  const strict = person({ ASSAY_CONTENT_TRUST: '1', ASSAY_TRUST_ON_FIRST_USE: '0' });
  expect(await strict.assay('pull', `${image}:1`), 1, 'trust on first use is off');
  const pinned = person({ ASSAY_CONTENT_TRUST: '1' });
  mkdirSync(join(pinned.home, 'config', 'assay'), { recursive: true });
  const pins = (id: string) =>
    writeFileSync(
      join(pinned.home, 'config', 'assay', 'trust.yaml'),
      `trust_pinning:\n  certs:\n    "${image}": ["${id}"]\n`,
    );
  pins('0'.repeat(64));
  expect(await pinned.assay('pull', `${image}:1`), 1, 'not by whom you pinned');
  const root = (await (await server.fetch(`/v2/${image}/_trust/tuf/root.json`)).json()) as {
    signed: { roles: { root: { keyids: string[] } } };
  };
  pins(root.signed.roles.root.keyids[0]!);
  expect(await pinned.assay('pull', `${image}:1`), 0, 'is signed by');
});

test('real notary-server takes what we publish, and notary reads it', async () => {
  const port = 20_000 + (process.pid % 20_000);
  const work = mkdtempSync(join(folder.path, 'notary-server-'));
  await succeed('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '30',
    '-keyout',
    join(work, 'key.pem'),
    '-out',
    join(work, 'cert.pem'),
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  ]);
  writeFileSync(
    join(work, 'config.json'),
    JSON.stringify({
      server: {
        http_addr: `127.0.0.1:${port}`,
        tls_cert_file: join(work, 'cert.pem'),
        tls_key_file: join(work, 'key.pem'),
      },
      trust_service: { type: 'local', hostname: '', port: '', key_algorithm: 'ecdsa' },
      storage: { backend: 'memory' },
      logging: { level: 'error' },
    }),
  );
  const { spawn } = await import('node:child_process');
  const peer = spawn('notary-server', ['-config', join(work, 'config.json')], { stdio: 'ignore' });
  try {
    const url = `https://127.0.0.1:${port}`;
    const notary = (...args: string[]) =>
      command('notary', ['-s', url, '-d', join(work, 'trust'), '--tlscacert', join(work, 'cert.pem'), ...args], {
        cwd: work,
      });
    for (let tries = 0; (await command('curl', ['-sk', `${url}/v2/`])).status !== 0; tries++) {
      assert.ok(tries < 100);
      await pause(50);
    }
    // Somebody who has not seen the collection of this name on the other server.
    const publisher = person();
    const there = ['--trust-server', `127.0.0.1:${port}`, '--tls-ca', join(work, 'cert.pem')];
    expect(await publisher.assay('trust', 'sign', `${image}:1`, `${image}:3`, ...there), 0, `signed ${image}:1`);
    expect(await notary('list', image), 0, /1\s+[0-9a-f]{64}\s+\d+\s+targets/);
    expect(await publisher.assay('trust', 'rotate', image, 'targets', ...there), 0, 'has the new key');
    expect(await publisher.assay('trust', 'rotate', image, 'root', ...there), 0, 'has the new key');
    expect(await notary('list', image), 0, /3\s+[0-9a-f]{64}/);

    // The other way round: what is there is taken over, and a client that knew it goes on without noticing.
    const moved = `${server.host}/team/moved`;
    expect(await docker.run(['tag', `${image}:1`, `${moved}:1`], { trust: false }), 0, '');
    expect(await docker.run(['push', `${moved}:1`], { trust: false }), 0, '');
    expect(await publisher.assay('trust', 'sign', `${moved}:1`, ...there), 0, `signed ${moved}:1`);
    expect(await publisher.assay('trust', 'rotate', moved, 'root', ...there), 0, 'has the new key');
    const client = await fresh(clients.at(-1)!);
    mkdirSync(join(client.config, 'tls', `127.0.0.1:${port}`), { recursive: true });
    writeFileSync(join(client.config, 'tls', `127.0.0.1:${port}`, 'ca.crt'), readFileSync(join(work, 'cert.pem')));
    expect(await client.run(['pull', `${moved}:1`], { env: { DOCKER_CONTENT_TRUST_SERVER: url } }), 0, 'Pull (1 of 1)');
    const taken = await publisher.assay(
      'trust',
      'import-notary',
      moved,
      '--from',
      `127.0.0.1:${port}`,
      '--tls-ca',
      join(work, 'cert.pem'),
    );
    expect(taken, 0, '2 roots and 3 other files are here');
    expect(taken, 0, 'is served and renewed from here');
    expect(await client.run(['pull', `${moved}:1`]), 0, 'Pull (1 of 1)');
    expect(await publisher.assay('trust', 'upgrade', moved), 0, 'TUF 1.x clients read the same');
    expect(
      await publisher.assay(
        'trust',
        'import-notary',
        moved,
        '--from',
        `127.0.0.1:${port}`,
        '--tls-ca',
        join(work, 'cert.pem'),
      ),
      2,
      'has trust data here already',
    );
  } finally {
    peer.kill();
  }
});
