import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PASSWORD } from '../access-client.ts';
import { appChannel, done, peopleOfChannels, standing } from '../channel-world.ts';
import { ADMIN_PASSWORD, startServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

const ASSAY = 'bin/assay.mjs';

test('a foreign image is taken in, goes to production and back, and no client pushes past the channel', {
  timeout: 400_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-channels-'));
  const layout = await layoutOf(await debianRoot());
  t.after(() => {
    for (const each of [folder, layout]) rmSync(each, { recursive: true, force: true });
  });
  await using foreign = await startServer();
  await using server = await startServer();
  await peopleOfChannels(server);
  const auth = (name: string, password: string) => ({ auth: Buffer.from(`${name}:${password}`).toString('base64') });
  const signedIn = (name: string, password = PASSWORD) => {
    const path = join(folder, name);
    const auths = { [server.host]: auth(name, password), [foreign.host]: auth('admin', ADMIN_PASSWORD) };
    writeFileSync(path, JSON.stringify({ auths }));
    return path;
  };
  const assay = (name: string, args: readonly string[]) =>
    command(ASSAY, [...args, '--authfile', signedIn(name)], {
      env: {
        HOME: folder,
        XDG_CACHE_HOME: join(folder, 'cache'),
        XDG_CONFIG_HOME: folder,
        NO_COLOR: '1',
        ASSAY_SERVER: server.url,
      },
    });
  const pull = (name: string, image: string) =>
    command('skopeo', [
      'inspect',
      '--raw',
      '--tls-verify=false',
      '--authfile',
      signedIn(name),
      `docker://${server.host}/${image}`,
    ]);
  await succeed('skopeo', [
    'copy',
    '-q',
    '--dest-tls-verify=false',
    '--dest-authfile',
    signedIn('admin', ADMIN_PASSWORD),
    `oci:${layout}:test`,
    `docker://${foreign.host}/library/debian:12`,
  ]);
  const from = `${foreign.host}/library/debian:12`;
  const takeIn = ['copy', '--intake', from, `${server.host}/shop/intake/debian:12`];

  // A policy is against it: it is here, its answers are shown, and nobody pulls it.
  const policy = 'policy: base\norganisation: shop\nmode: enforce\nrules:\n  - user: not-root\n';
  await done(server, 'PUT', '/policies', {
    text: policy.replace('enforce\n', 'enforce\ngates: [pull, deploy, run]\n'),
  });
  const held = await assay('dev', takeIn);
  assert.equal(held.status, 1, held.stderr + held.stdout);
  assert.match(held.stderr, /held in shop\/intake\/debian until it was looked at: sha256:/);
  assert.match(held.stderr, /scan: (?:complete|incomplete)/);
  assert.equal(held.stdout.match(/^\d\. /gm)?.length, 7);
  assert.match(held.stdout, /gate pull: policy base, rule user/);
  const refused = await pull('rita', 'shop/intake/debian:12');
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /held back by dev: taken in from/);

  await done(server, 'DELETE', '/policies/base?organisation=shop');
  const released = await done<{ released: boolean; digest: string }>(
    server,
    'POST',
    '/repositories/shop%2Fintake%2Fdebian/intakes/12/release',
    undefined,
    'dev',
  );
  assert.equal(released.released, true);
  assert.equal((await pull('rita', 'shop/intake/debian:12')).status, 0);
  const again = await assay('dev', ['copy', '--intake', from, `${server.host}/shop/intake/debian:13`]);
  assert.equal(again.status, 0, again.stderr + again.stdout);
  assert.match(again.stdout, /released: .*\/shop\/intake\/debian:13 is sha256:/);
  const asJson = await assay('dev', [
    'copy',
    '--intake',
    from,
    `${server.host}/shop/intake/debian:14`,
    '--format',
    'json',
  ]);
  const { intake } = JSON.parse(asJson.stdout) as { intake: { released: boolean; check: { answers: unknown[] } } };
  assert.deepEqual([asJson.status, intake.released, intake.check.answers.length], [0, true, 7]);

  writeFileSync(join(folder, 'channel.yaml'), appChannel());
  assert.match(
    (await assay('owen', ['channel', 'apply', join(folder, 'channel.yaml')])).stdout,
    /intake → staging → production/,
  );
  const words =
    /shop\/production\/debian(?::12)? is in the stage production of the channel app, where images come by promotion only/;
  const goal = `docker://${server.host}/shop/production/debian:12`;
  for (const name of ['dev', 'owen', 'admin']) {
    const file = signedIn(name, name === 'admin' ? ADMIN_PASSWORD : PASSWORD);
    const skopeo = ['copy', '--dest-tls-verify=false', '--dest-authfile', file, `oci:${layout}:test`, goal];
    const pushed = await command('skopeo', skopeo);
    assert.notEqual(pushed.status, 0, name);
    assert.match(pushed.stderr, words, name);
  }
  const podman = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  await succeed('podman', [...podman, 'load', '-q', '-i', await archiveOf(layout, folder)]);
  const podmanPush = [
    ...podman,
    'push',
    '-q',
    '--tls-verify=false',
    '--authfile',
    signedIn('dev'),
    'localhost/shop/debian:12',
    goal,
  ];
  const byPodman = await command('podman', podmanPush);
  assert.notEqual(byPodman.status, 0);
  assert.match(byPodman.stderr, words);

  const asked = await assay('dev', ['channel', 'request', 'shop/intake/debian:12', '--reason', 'tested']);
  assert.match(asked.stdout, /promoted: shop\/staging\/debian:12 is sha256:/, asked.stderr);
  const waits = await assay('dev', ['channel', 'request', 'shop/staging/debian:12', '--reason', 'release']);
  const id = /^request (\S+) {2}waits/.exec(waits.stdout)?.[1] ?? '';
  for (const name of ['ann', 'bob']) {
    const { status, stderr } = await assay(name, ['channel', 'approve', id, '--note', 'fine']);
    assert.equal(status, 0, stderr);
  }
  assert.equal(await standing(server, 'shop/production/debian:12'), released.digest);
  assert.equal((await pull('rita', 'shop/production/debian:12')).status, 0);
  const back = await assay('bob', ['channel', 'roll-back', 'shop/production/debian:12', '--reason', 'x']);
  assert.match(back.stderr, /has nothing before it to go back to/);
});

async function archiveOf(layout: string, folder: string): Promise<string> {
  const path = join(folder, 'debian.tar');
  await succeed('skopeo', ['copy', '-q', `oci:${layout}:test`, `docker-archive:${path}:localhost/shop/debian:12`]);
  return path;
}
