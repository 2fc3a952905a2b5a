import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digest, imageManifest, pushBlob, putManifest } from '../conformance/registry-client.ts';
import { runMain } from '../run-cli.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { command, type CommandResult } from './command.ts';

/**
 * What `assay policy export --for podman` writes, in force in skopeo and podman. The image’s signature has the form of
 * cosign's attachments (simple signing under the tag sha256-….sig), made here since no client of Debian's writes it.
 */
let server: TestServer;
let folder: string;
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const others = generateKeyPairSync('ec', { namedCurve: 'P-256' });

before(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'assay-exported-'));
  for (const tag of ['signed', 'unsigned', 'foreign-key', 'other-image'])
    await putManifest(server, 'shop/app', tag, await imageManifest(server, 'shop/app', { Labels: { tag } }));
  await putManifest(server, 'open/tool', '1', await imageManifest(server, 'open/tool'));
  await attach('signed', keys.privateKey);
  await attach('foreign-key', others.privateKey);
  await attach('other-image', keys.privateKey, await digestOf('signed'));
  const policy = join(folder, 'policies.yaml');
  writeFileSync(policy, 'policy: signed\nmode: enforce\nrepositories: [shop/**]\nrules: [{ signed: true }]\n');
  const key = join(folder, 'cosign.pub');
  writeFileSync(key, keys.publicKey.export({ type: 'spki', format: 'pem' }));
  const args = ['policy', 'export', '--for', 'podman', '--file', policy, '--registry', server.host, '--key', key];
  const exported = await runMain([...args, '--key-path', key, '--output', join(folder, 'out')]);
  assert.equal(exported.status, 0, exported.err);
});
after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function digestOf(tag: string): Promise<string> {
  const answer = await server.fetch(`/v2/shop/app/manifests/${tag}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  return answer.headers.get('docker-content-digest') ?? '';
}

/** A signature of cosign's form beside the image of this tag, that says the digest `of`. */
async function attach(tag: string, key: KeyObject, of?: string): Promise<void> {
  const own = await digestOf(tag);
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': `${server.host}/shop/app` },
        image: { 'docker-manifest-digest': of ?? own },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const config = Buffer.from('{}');
  await pushBlob(server, 'shop/app', payload);
  await pushBlob(server, 'shop/app', config);
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest(config), size: config.length },
    layers: [
      {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        digest: digest(payload),
        size: payload.length,
        annotations: { 'dev.cosignproject.cosign/signature': sign('sha256', payload, key).toString('base64') },
      },
    ],
  };
  await putManifest(server, 'shop/app', `${own.replace(':', '-')}.sig`, Buffer.from(JSON.stringify(manifest)));
}

function skopeo(image: string): Promise<CommandResult> {
  const target = `dir:${mkdtempSync(join(folder, 'copy-'))}`;
  return command('skopeo', [
    '--policy',
    join(folder, 'out', 'policy.json'),
    '--registries.d',
    join(folder, 'out', 'registries.d'),
    'copy',
    '-q',
    '--src-tls-verify=false',
    `--src-creds=admin:${ADMIN_PASSWORD}`,
    '--remove-signatures',
    `docker://${image}`,
    target,
  ]);
}

function podman(image: string): Promise<CommandResult> {
  const home = join(folder, 'home', '.config', 'containers');
  mkdirSync(join(home, 'registries.d'), { recursive: true });
  const out = join(folder, 'out');
  writeFileSync(join(home, 'registries.d', 'assay.yaml'), readFileSync(join(out, 'registries.d', 'assay.yaml')));
  return command(
    'podman',
    [
      '--root',
      join(folder, 'store'),
      '--runroot',
      join(folder, 'run'),
      '--storage-driver=vfs',
      'pull',
      '-q',
      '--tls-verify=false',
      '--signature-policy',
      join(out, 'policy.json'),
      `--creds=admin:${ADMIN_PASSWORD}`,
      image,
    ],
    { env: { HOME: join(folder, 'home'), XDG_CONFIG_HOME: join(folder, 'home', '.config') } },
  );
}

for (const [name, client] of [
  ['skopeo', skopeo],
  ['podman', podman],
] as const)
  test(`${name} follows the exported policy.json and registries.d`, async (t) => {
    const good = await client(`${server.host}/shop/app:signed`);
    // Debian builds skopeo 1.9 and podman 4.3 without this kind of signature: they then take none, the good one neither.
    const disabled = /sigstore disabled/.test(good.stderr);
    if (disabled)
      t.diagnostic(`${name} of this machine checks no sigstore signatures; what it refuses is still checked`);
    else assert.equal(good.status, 0, good.stderr);
    const cases: [string, RegExp][] = [
      ['unsigned', /no signature exists|sigstore disabled/],
      ['foreign-key', /cryptographic signature verification failed|invalid signature|sigstore disabled/],
      ['other-image', /does not match|not accepted|sigstore disabled/i],
    ];
    for (const [tag, words] of cases) {
      const refused = await client(`${server.host}/shop/app:${tag}`);
      assert.notEqual(refused.status, 0, tag);
      assert.match(refused.stderr, words, tag);
    }
    const open = await client(`${server.host}/open/tool:1`);
    assert.doesNotMatch(open.stderr, /rejected/i, 'a repository that no policy names');
    if (name === 'skopeo') assert.equal(open.status, 0, open.stderr);
    const elsewhere = await client(`${server.host.replace('127.0.0.1', 'localhost')}/shop/app:signed`);
    assert.notEqual(elsewhere.status, 0);
    assert.match(elsewhere.stderr, /rejected by policy/);
  });
