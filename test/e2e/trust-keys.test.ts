import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { keyOwner } from '../key-owner.ts';
import { startServer, type TestServer } from '../server.ts';
import { command, type CommandResult } from './command.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import {
  buildContext,
  type DockerClient,
  dockerClients,
  type DockerUser,
  dockerUser,
  notaryUser,
  REPOSITORY_PASSPHRASE,
  ROOT_PASSPHRASE,
  testFolder,
} from './trust-clients.ts';

const folder = testFolder();
const clients = await dockerClients();
const PASSPHRASES = { ASSAY_ROOT_PASSPHRASE: ROOT_PASSPHRASE, ASSAY_REPOSITORY_PASSPHRASE: REPOSITORY_PASSPHRASE };
let engine: DockerEngine;
before(async () => {
  engine = await dockerEngine();
});
after(async () => {
  await engine[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function succeeded(result: CommandResult, text: string): void {
  const said = `${result.stdout}${result.stderr}`;
  assert.equal(result.status, 0, said);
  assert.ok(said.includes(text), `${text} in: ${said}`);
}

interface Listed {
  readonly id: string;
  readonly role?: string;
  readonly gun?: string;
  readonly store: string;
}

async function assay(home: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const { status, out, err } = await keyOwner(home).assay(args, { ...PASSPHRASES, ...more });
  assert.equal(status, 0, `${args.join(' ')}: ${err}`);
  return out;
}

async function listed(home: string): Promise<Listed[]> {
  return (JSON.parse(await assay(home, ['key', 'list', '--format', 'json'])) as { items: Listed[] }).items;
}

for (const client of clients) describe(`keys shared with docker ${client.version}`, () => withDocker(client));

function withDocker(client: DockerClient): void {
  let server: TestServer;
  let image: string;
  let owner: DockerUser;
  const user = () => dockerUser(folder.path, client, engine, server.host);
  const push = async (by: DockerUser, tag: string, env: Record<string, string> = {}) => {
    const built = ['build', '-q', '-t', `${image}:${tag}`, buildContext(folder.path, tag)];
    succeeded(await by.run(built, { trust: false }), '');
    return by.run(['push', `${image}:${tag}`], { env });
  };
  const rootKeyIds = async (): Promise<string[]> => {
    const root = (await (await server.fetch(`/v2/${image}/_trust/tuf/root.json`)).json()) as {
      signed: { roles: { root: { keyids: string[] } }; keys: Record<string, { keyval: { public: string } }> };
    };
    return root.signed.roles.root.keyids.map((id) => root.signed.keys[id]!.keyval.public);
  };

  before(async () => {
    server = await startServer();
    image = `${server.host}/team/keys`;
    owner = await user();
  });
  after(() => server[Symbol.asyncDispose]());

  test('docker initialises a repository with a root key that assay made in its store', async () => {
    await assay(owner.home, ['key', 'generate', 'root', '--store', 'docker']);
    const [root] = await listed(owner.home);
    succeeded(await push(owner, 'v1'), `Successfully signed ${image}:v1`);
    const keys = await listed(owner.home);
    assert.deepEqual(keys.map(({ role }) => role).sort(), ['root', 'targets']);
    assert.equal(keys.find(({ role }) => role === 'root')?.id, root!.id, 'docker made no root key of its own');
    assert.equal(keys.find(({ role }) => role === 'targets')?.gun, image);
    assert.equal((await rootKeyIds()).length, 1);
  });

  test('a key of docker under a new passphrase of ours is a key that docker signs with', async () => {
    await assay(owner.home, ['key', 'password', 'targets', '--gun', image], {
      ASSAY_NEW_PASSPHRASE: 'a newer passphrase',
    });
    const old = await push(owner, 'v2');
    assert.notEqual(old.status, 0, 'the old passphrase opens nothing any more');
    const renewed = { DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: 'a newer passphrase' };
    succeeded(await push(owner, 'v2', renewed), `Successfully signed ${image}:v2`);
    await assay(owner.home, ['key', 'password', 'targets', '--gun', image], {
      ASSAY_REPOSITORY_PASSPHRASE: 'a newer passphrase',
      ASSAY_NEW_PASSPHRASE: REPOSITORY_PASSPHRASE,
    });
  });

  test('a signer’s key of ours is added and signed with by docker; one of docker’s is opened by us', async () => {
    const alice = await user();
    await assay(alice.home, ['key', 'generate', 'alice', '--store', 'docker', '--public-key', 'alice.pub']);
    const added = await owner.run(['trust', 'signer', 'add', '--key', join(alice.home, 'alice.pub'), 'alice', image]);
    succeeded(added, 'Successfully added signer: alice');
    succeeded(
      await alice.run(['build', '-q', '-t', `${image}:v3`, buildContext(folder.path, 'v3')], { trust: false }),
      '',
    );
    succeeded(await alice.run(['trust', 'sign', `${image}:v3`]), `Successfully signed ${image}:v3`);

    const bob = await user();
    const made = await command(client.program, ['trust', 'key', 'generate', 'bob'], {
      cwd: bob.home,
      env: {
        HOME: bob.home,
        DOCKER_CONFIG: bob.config,
        DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE: REPOSITORY_PASSPHRASE,
      },
    });
    succeeded(made, 'Successfully generated');
    const exported = await assay(bob.home, ['key', 'export', 'bob', '--public']);
    assert.equal(exported, readFileSync(join(bob.home, 'bob.pub'), 'utf8'));
  });

  test('docker loads a key that assay exported, sealed or in the open', async () => {
    const carol = await user();
    for (const [name, flags] of [
      ['carol', []],
      ['dave', ['--plain']],
    ] as const) {
      await assay(carol.home, ['key', 'generate', name]);
      await assay(carol.home, ['key', 'export', name, ...flags, '--output', `${name}.pem`]);
      const file = join(carol.home, `${name}.pem`);
      succeeded(
        await carol.run(['trust', 'key', 'load', '--name', name, file]),
        `Successfully imported key from ${file}`,
      );
      const keys = (await listed(carol.home)).filter(({ role }) => role === name);
      assert.deepEqual(keys.map(({ store }) => store).sort(), ['assay', 'docker']);
      assert.equal(new Set(keys.map(({ id }) => id)).size, 1);
    }
  });

  test('keys are moved to another machine, where docker goes on signing', async () => {
    const backup = { ASSAY_BACKUP_PASSPHRASE: 'backup passphrase 1' };
    const file = join(owner.home, 'keys.backup');
    await assay(owner.home, ['key', 'backup', file], backup);
    const elsewhere = await user();
    await assay(elsewhere.home, ['key', 'restore', file], backup);
    assert.deepEqual(
      readdirSync(join(elsewhere.config, 'trust', 'private')).sort(),
      readdirSync(join(owner.config, 'trust', 'private')).sort(),
    );
    const alice = await keyOwner(elsewhere.home).assay(['key', 'list']);
    assert.match(alice.out, /root .*docker/);
    const signer = await elsewhere.run(['trust', 'key', 'generate', 'erin', '--dir', elsewhere.home]);
    succeeded(signer, 'Successfully generated');
    const added = ['trust', 'signer', 'add', '--key', join(elsewhere.home, 'erin.pub'), 'erin', image];
    succeeded(await elsewhere.run(added), 'Successfully added signer: erin');
  });
}

test('notary lists, imports and signs with what assay wrote, and assay reads what notary wrote', async () => {
  await using server = await startServer();
  const authority = readFileSync(join(server.directory, 'tls', 'ca.crt'), 'utf8');
  const notary = notaryUser(folder.path, server.url.replace('http:', 'https:'), authority);
  const environment = { NOTARY_TRUST_DIR: join(notary.folder, 'trust') };
  const gun = `${server.host}/team/notary`;
  await assay(notary.folder, ['key', 'generate', 'root', '--store', 'notary'], environment);
  succeeded(await notary.run(['init', '-p', gun]), '');
  writeFileSync(join(notary.folder, 'a.txt'), 'a');
  succeeded(await notary.run(['add', '-p', gun, 'a', 'a.txt']), '');
  succeeded(await notary.run(['list', gun]), 'targets');
  const keys = JSON.parse(await assay(notary.folder, ['key', 'list', '--format', 'json'], environment)) as {
    items: Listed[];
  };
  assert.deepEqual(keys.items.map(({ role }) => role).sort(), ['root', 'snapshot', 'targets']);
  for (const role of ['root', 'targets', 'snapshot'])
    assert.match(await assay(notary.folder, ['key', 'export', role, '--public'], environment), /BEGIN PUBLIC KEY/);

  // What notary exports in one file comes back through assay into a store that notary signs with.
  succeeded(await notary.run(['key', 'export', '-o', 'all.pem']), '');
  const other = notaryUser(folder.path, server.url.replace('http:', 'https:'), authority);
  mkdirSync(join(other.folder, 'trust', 'private'), { recursive: true, mode: 0o700 });
  await assay(other.folder, ['key', 'import', join(notary.folder, 'all.pem'), '--store', 'notary'], {
    NOTARY_TRUST_DIR: join(other.folder, 'trust'),
  });
  writeFileSync(join(other.folder, 'b.txt'), 'b');
  succeeded(await other.run(['add', '-p', gun, 'b', 'b.txt']), '');
  succeeded(await other.run(['list', gun]), 'b ');

  // And notary imports what assay exports.
  const third = notaryUser(folder.path, server.url.replace('http:', 'https:'), authority);
  const exported = join(third.folder, 'root.pem');
  await assay(notary.folder, ['key', 'export', 'root', '--output', exported], environment);
  succeeded(await third.run(['key', 'import', exported]), '');
  succeeded(await third.run(['key', 'list']), keys.items.find(({ role }) => role === 'root')!.id);
});
