import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ADMIN_PASSWORD, startServer, type TestServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { dockerEngine } from './container-engine.ts';

let server: TestServer;
let folder: string;
before(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'assay-clients-'));
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'root', 'hello'), 'hello\n');
  writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\nCOPY root/hello /hello\nENV A=b\nCMD ["/hello"]\n');
});
after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function containers(): { env: Record<string, string> } {
  return { env: { REGISTRY_AUTH_FILE: join(folder, 'auth.json') } };
}

async function digestAt(reference: string): Promise<string> {
  const text = await succeed('skopeo', [
    'inspect',
    '--tls-verify=false',
    `--creds=admin:${ADMIN_PASSWORD}`,
    '--format',
    '{{.Digest}}',
    `docker://${server.host}/${reference}`,
  ]);
  return text.trim();
}

describe('podman, buildah and skopeo', () => {
  test('log in, build, push, pull, list, search, copy, sync, delete; digests stay', async () => {
    const host = server.host;
    await succeed('podman', ['login', '--tls-verify=false', '-u', 'admin', '--password-stdin', host], {
      ...containers(),
      input: ADMIN_PASSWORD,
    });
    const wrong = await command('podman', ['login', '--tls-verify=false', '-u', 'admin', '--password-stdin', host], {
      env: { REGISTRY_AUTH_FILE: join(folder, 'other.json') },
      input: 'wrong',
    });
    assert.notEqual(wrong.status, 0);
    await succeed(
      'buildah',
      ['bud', '-q', '--isolation', 'chroot', '-t', `${host}/team/built:1`, folder],
      containers(),
    );
    await succeed('buildah', ['push', '-q', '--tls-verify=false', `${host}/team/built:1`], containers());
    const pushed = await digestAt('team/built:1');
    await succeed('podman', ['rmi', '-f', `${host}/team/built:1`], containers());
    await succeed('podman', ['pull', '-q', '--tls-verify=false', `${host}/team/built:1`], containers());
    await succeed('podman', ['tag', `${host}/team/built:1`, `${host}/team/again:1`], containers());
    await succeed('podman', ['push', '-q', '--tls-verify=false', `${host}/team/again:1`], containers());
    assert.equal(await digestAt('team/again:1'), pushed);

    await succeed('podman', ['manifest', 'create', `${host}/team/list:1`], containers());
    await succeed(
      'podman',
      ['manifest', 'add', '--tls-verify=false', `${host}/team/list:1`, `docker://${host}/team/built:1`],
      containers(),
    );
    await succeed(
      'podman',
      ['manifest', 'push', '-q', '--tls-verify=false', '--all', `${host}/team/list:1`, `docker://${host}/team/list:1`],
      containers(),
    );
    const index = JSON.parse(
      await succeed('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${host}/team/list:1`], containers()),
    ) as { manifests: { digest: string }[] };
    assert.deepEqual(
      index.manifests.map((each) => each.digest),
      [pushed],
    );

    const found = await succeed(
      'podman',
      ['search', '--tls-verify=false', '--format', '{{.Name}}', `${host}/team`],
      containers(),
    );
    assert.deepEqual(
      found.trim().split('\n').sort(),
      ['again', 'built', 'list'].map((name) => `${host}/team/${name}`),
    );
    const tags = JSON.parse(
      await succeed('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/team/built`], containers()),
    ) as { Tags: string[] };
    assert.deepEqual(tags.Tags, ['1']);

    await succeed(
      'skopeo',
      [
        'sync',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        '--src',
        'docker',
        '--dest',
        'docker',
        `${host}/team/built`,
        `${host}/synced`,
      ],
      containers(),
    );
    assert.equal(await digestAt('synced/built:1'), pushed);
    await succeed(
      'skopeo',
      ['copy', '-q', '--src-tls-verify=false', `docker://${host}/team/built:1`, `oci:${join(folder, 'layout')}:1`],
      containers(),
    );
    const layout = JSON.parse(readFileSync(join(folder, 'layout', 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    assert.equal(layout.manifests[0]?.digest, pushed);

    await succeed('skopeo', ['delete', '--tls-verify=false', `docker://${host}/synced/built:1`], containers());
    const gone = await command(
      'skopeo',
      ['inspect', '--tls-verify=false', `docker://${host}/synced/built:1`],
      containers(),
    );
    assert.notEqual(gone.status, 0);
    await succeed('podman', ['logout', host], containers());
    const anonymous = await command(
      'skopeo',
      ['inspect', '--tls-verify=false', `docker://${host}/team/built:1`],
      containers(),
    );
    assert.match(anonymous.stderr, /unauthorized|authentication required/);
  });

  test('over TLS with the server’s own authority, checked', async () => {
    const certificates = join(folder, 'certs');
    mkdirSync(certificates);
    writeFileSync(join(certificates, 'ca.crt'), readFileSync(join(server.directory, 'tls', 'ca.crt')));
    await succeed('skopeo', [
      'copy',
      '-q',
      `--dest-cert-dir=${certificates}`,
      `--dest-creds=admin:${ADMIN_PASSWORD}`,
      `oci:${join(folder, 'layout')}:1`,
      `docker://${server.host}/team/tls:1`,
    ]);
    const unknown = await command('skopeo', [
      'inspect',
      `--creds=admin:${ADMIN_PASSWORD}`,
      `docker://${server.host}/team/tls:1`,
    ]);
    assert.match(unknown.stderr, /certificate/);
  });
});

describe('docker with a real engine', () => {
  test('log in, push, pull by tag and digest, mount into another repository, log out; public images need no login', async () => {
    await using docker = await dockerEngine();
    const { env } = docker;
    const host = server.host;
    await succeed('docker', ['login', '-u', 'admin', '--password-stdin', host], { env, input: ADMIN_PASSWORD });
    await succeed(
      'sh',
      ['-c', 'tar -C "$0" -cf - hello | docker import - "$1"', join(folder, 'root'), `${host}/shop/web:1`],
      { env },
    );
    const push = await succeed('docker', ['push', `${host}/shop/web:1`], { env });
    const pushed = /digest: (sha256:[0-9a-f]{64})/.exec(push)?.[1] ?? '';
    assert.equal(await digestAt('shop/web:1'), pushed);
    await succeed('docker', ['tag', `${host}/shop/web:1`, `${host}/shop/other:1`], { env });
    assert.match(await succeed('docker', ['push', `${host}/shop/other:1`], { env }), /Mounted from shop\/web/);
    await succeed('docker', ['rmi', `${host}/shop/web:1`, `${host}/shop/other:1`], { env });
    assert.match(await succeed('docker', ['pull', `${host}/shop/web:1`], { env }), new RegExp(`Digest: ${pushed}`));
    await succeed('docker', ['pull', `${host}/shop/web@${pushed}`], { env });
    const absent = await command('docker', ['pull', `${host}/shop/absent:1`], { env });
    assert.match(absent.stderr, /no repository shop\/absent, or not visible to you/);

    await succeed('docker', ['logout', host], { env });
    const refused = await command('docker', ['pull', `${host}/shop/web:1`], { env });
    assert.match(refused.stderr, /unauthorized|access denied/);
    const opened = await server.fetch('/api/v1/repositories/shop%2Fweb', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ visibility: 'public' }),
    });
    assert.equal(opened.status, 200);
    await succeed('docker', ['pull', `${host}/shop/web:1`], { env });
  });
});
