import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addPerson, done, PASSWORD } from './access-client.ts';
import { tarOf } from './archives.ts';
import { pushImageOf } from './image-pusher.ts';
import { type KeyOwner, ownerHomes } from './key-owner.ts';
import { startServer, type TestServer } from './server.ts';

const homes = ownerHomes();
let server: TestServer;
let reader: KeyOwner;
before(async () => {
  server = await startServer();
  for (const [name, user] of [
    ['rooted', ''],
    ['plain', '1000'],
  ] as const)
    await pushImageOf(
      server,
      `shop/${name}`,
      [tarOf([{ path: name, content: name }])],
      { config: { User: user } },
      '1',
    );
  await addPerson(server, 'reader');
  await done(server, 'PUT', '/organisations/shop/grants/reader', { role: 'reader' });
  reader = homes.next();
  mkdirSync(join(reader.home, '.docker'));
  const auth = Buffer.from(`reader:${PASSWORD}`).toString('base64');
  writeFileSync(join(reader.home, '.docker', 'config.json'), JSON.stringify({ auths: { [server.host]: { auth } } }));
  const text =
    'policy: what-runs\norganisation: shop\nmode: enforce\ngates: [run, build]\nrules:\n  - user: not-root\n  - container: confined\n';
  await done(server, 'PUT', '/policies', { text });
});
after(async () => {
  await server[Symbol.asyncDispose]();
  homes[Symbol.dispose]();
});

test('assay run starts nothing that the gate refuses, and says why', async () => {
  const rooted = await reader.assay(['run', `${server.host}/shop/rooted:1`]);
  assert.equal(rooted.status, 1);
  assert.match(rooted.err, /policy what-runs, rule user: runs as root/);
  const powerful = await reader.assay(['run', '--engine-option=--privileged', `${server.host}/shop/plain:1`]);
  assert.equal(powerful.status, 1);
  assert.match(
    powerful.err,
    /policy what-runs, rule container: the container asks for more than the policy gives: privileged/,
  );
});

test('assay check --gate judges an image of this machine by the policies of where it goes, and one of the server there', async () => {
  const layout = join(reader.home, 'layout');
  const pulled = await reader.assay(['pull', `${server.host}/shop/rooted:1`, `oci:${layout}:1`]);
  assert.equal(pulled.status, 0, pulled.err);
  const as = ['--gate', 'build', '--as', `${server.host}/shop/rooted:2`];
  const refused = await reader.assay(['check', `oci:${layout}:1`, ...as]);
  assert.equal(refused.status, 1, refused.err);
  assert.match(refused.out, /broken {3}what-runs\/user \(enforce\): runs as root/);
  assert.match(refused.out, /refused at build: policy what-runs, rule user/);
  const file = join(reader.home, 'policy.yaml');
  writeFileSync(file, 'policy: file\nmode: enforce\nrules:\n  - cel: image.size > 1\n');
  const passed = await reader.assay(['check', `oci:${layout}:1`, '--gate', 'build', '--policies', file]);
  assert.equal(passed.status, 0, passed.err);
  assert.match(passed.out, /passes build/);
  const there = await reader.assay(['check', `${server.host}/shop/rooted:1`, '--gate', 'run']);
  assert.equal(there.status, 1);
  assert.match(there.out, /refused at run: policy what-runs, rule user/);
});

test('assay verify-image answers containerd, which writes its options with one hyphen', async () => {
  const asked = async (name: string) => {
    const found = await server.fetch(`/v2/shop/${name}/manifests/1`, { method: 'HEAD' });
    const digest = found.headers.get('docker-content-digest') ?? '';
    const media = ['-stdin-media-type', 'application/vnd.oci.descriptor.v1+json'];
    return reader.assay(['verify-image', '-name', `${server.host}/shop/${name}:1`, '-digest', digest, ...media]);
  };
  const refused = await asked('rooted');
  assert.equal(refused.status, 1, refused.err);
  assert.match(refused.out, /^policy what-runs, rule user: runs as root/);
  const passed = await asked('plain');
  assert.equal(passed.status, 0, passed.err);
  assert.equal(passed.out.trim(), 'allowed');
});
