import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addPerson, done, PASSWORD } from '../access-client.ts';
import { startServer, type TestServer } from '../server.ts';
import { command } from './command.ts';
import { type DockerEngine, dockerEngine } from './container-engine.ts';
import { buildContext, dockerClients, type DockerUser, dockerUser, expect, testFolder } from './trust-clients.ts';

const folder = testFolder();
const clients = await dockerClients();
const POLICY = `policy: signed-only
organisation: team
mode: enforce
rules:
  - signed: true
  - user: not-root
`;

let server: TestServer;
let engine: DockerEngine;
before(async () => {
  server = await startServer();
  engine = await dockerEngine();
  await addPerson(server, 'reader', 'publisher');
  await done(server, 'POST', '/organisations', { name: 'team', description: '' });
  for (const name of ['reader', 'publisher'])
    await done(server, 'PUT', `/organisations/team/grants/${name}`, { role: name });
  await done(server, 'PUT', '/policies', { text: POLICY });
});
after(async () => {
  await engine[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function context(text: string, user: string): string {
  const path = buildContext(folder.path, text);
  appendFileSync(join(path, 'Dockerfile'), `USER ${user}\n`);
  return path;
}

for (const client of clients)
  test(`push, sign, pull with docker ${client.version} under an enforced policy: nothing waits for anything`, async () => {
    const as = (name: string): Promise<DockerUser> =>
      dockerUser(folder.path, client, engine, server.host, { name, password: PASSWORD });
    const [publisher, reader] = [await as('publisher'), await as('reader')];
    const image = `${server.host}/team/app-${client.version.replaceAll('.', '-')}`;
    const build = (text: string, tag: string, user = '1000') =>
      publisher.run(['build', '-q', '-t', `${image}:${tag}`, context(text, user)], { trust: false });
    expect(await build('one', 'v1'), 0, 'sha256:');

    // Pushed and not signed yet: the publisher may look at it, nobody may run it.
    expect(await publisher.run(['push', `${image}:v1`], { trust: false }), 0, 'digest:');
    expect(
      await reader.run(['pull', `${image}:v1`], { trust: false }),
      1,
      /policy signed-only, rule signed: not signed: team\/app-\S+ has no trust data; sign it: assay trust sign/,
    );

    // The same tag with content trust: pushed, then signed, by one command.
    expect(await publisher.run(['push', `${image}:v1`]), 0, `Successfully signed ${image}:v1`);
    expect(await reader.run(['pull', `${image}:v1`]), 0, /Pull \(1 of 1\): \S+@sha256:/);
    expect(await reader.run(['pull', `${image}:v1`], { trust: false }), 0, 'Digest: sha256:');

    // A second one on the way, while the first stands.
    expect(await build('two', 'v2'), 0, 'sha256:');
    expect(await publisher.run(['push', `${image}:v2`]), 0, `Successfully signed ${image}:v2`);
    expect(await reader.run(['pull', `${image}:v2`]), 0, /Pull \(1 of 1\)/);

    // What the manifest tells at once is refused at the push, in words that docker shows.
    expect(await build('root', 'root', '0'), 0, 'sha256:');
    expect(
      await publisher.run(['push', `${image}:root`], { trust: false }),
      1,
      /policy signed-only, rule user: runs as root: .*; end the Dockerfile/,
    );
  });

test('podman shows why a pull and a push were refused', async () => {
  const auth = `${folder.path}/podman.json`;
  const login = (name: string) =>
    command(
      'podman',
      ['login', '--tls-verify=false', '--authfile', auth, '-u', name, '--password-stdin', server.host],
      {
        input: PASSWORD,
      },
    );
  expect(await login('reader'), 0, '');
  const [client] = clients;
  assert.ok(client);
  const plain = `${server.host}/team/plain:1`;
  const publisher = await dockerUser(folder.path, client, engine, server.host, {
    name: 'publisher',
    password: PASSWORD,
  });
  expect(await publisher.run(['build', '-q', '-t', plain, context('p', '1000')], { trust: false }), 0, '');
  expect(await publisher.run(['push', plain], { trust: false }), 0, 'digest:');
  const pulled = await command('podman', ['pull', '--tls-verify=false', '--authfile', auth, plain]);
  expect(pulled, 125, /policy signed-only, rule signed: not signed/);
});
