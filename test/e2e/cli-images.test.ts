import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_PASSWORD, basic, startServer, type TestServer } from '../server.ts';
import { command, succeed } from './command.ts';
import { debianRoot, layoutOf } from './debian-image.ts';

const ASSAY = 'bin/assay.mjs';
const as = (name = 'admin', password = ADMIN_PASSWORD) => ({ ASSAY_USER: name, ASSAY_PASSWORD: password });

let folder: string;
let layout: string;
let one: TestServer;
let two: TestServer;
/** Nothing of the person who runs the tests: no sign-ins, no cache, no server. */
let home: NodeJS.ProcessEnv;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-e2e-cli-'));
  home = {
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
    DOCKER_CONFIG: join(folder, 'docker'),
    NO_COLOR: '1',
  };
  layout = await layoutOf(await debianRoot());
  [one, two] = await Promise.all([startServer(), startServer()]);
});
after(async () => {
  await one?.[Symbol.asyncDispose]();
  await two?.[Symbol.asyncDispose]();
  for (const each of [folder, layout]) rmSync(each, { recursive: true, force: true });
});

const assay = (args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string) =>
  succeed(ASSAY, args, { env: { ...home, ...env }, ...(input !== undefined && { input }) });

interface Report {
  readonly image: { digest: string };
  readonly packages: { purl: string; layer: { digest: string } }[];
  readonly findings: { kind: string; id: string; package?: { purl: string }; path?: string; fixedVersion?: string }[];
}

/** A small Debian tracker file with one record that concerns the image. */
function advisories(): string {
  const path = join(folder, 'tracker.json');
  const releases = { bookworm: { status: 'resolved', fixed_version: '9:9', urgency: 'high' } };
  writeFileSync(path, JSON.stringify({ openssl: { 'CVE-2099-0001': { releases } } }));
  return path;
}

async function scan(image: string, ...options: string[]): Promise<Report> {
  const { stdout, stderr, status } = await command(ASSAY, ['scan', '--format', 'json', ...options, image], {
    env: { ...home, ...as() },
  });
  assert.ok(status === 0 || status === 3, stderr);
  return JSON.parse(stdout) as Report;
}

const withoutLayers = (report: Report) => report.packages.map((each) => each.purl).sort();
const findingsOf = (report: Report) =>
  report.findings.map((each) => `${each.id} ${each.package?.purl ?? each.path} ${each.fixedVersion}`).sort();

test('a local scan of a layout, an archive, docker’s archive and a plain registry says what the server says', async () => {
  const feed = advisories();
  await assay(['advisories', 'import', feed]);
  await assay(['advisories', 'import', '--server', one.url, feed], as());
  await succeed('skopeo', ['copy', '-q', `oci:${layout}:test`, `oci-archive:${folder}/image.tar:test`]);
  await succeed('skopeo', ['copy', '-q', `oci:${layout}:test`, `docker-archive:${folder}/docker.tar:shop/debian:12`]);
  await assay(['push', `oci:${layout}:test`, `${one.host}/library/debian:12`], as());

  const server = await scan(`${one.host}/library/debian:12`);
  assert.ok(server.packages.length > 100);
  assert.ok(
    server.findings.some((each) => each.kind === 'vulnerability'),
    'the advisory concerns the image',
  );
  for (const image of [
    `oci:${layout}:test`,
    `oci-archive:${folder}/image.tar`,
    `docker-archive:${folder}/docker.tar:shop/debian:12`,
  ]) {
    const local = await scan(image);
    assert.deepEqual(withoutLayers(local), withoutLayers(server), image);
    assert.deepEqual(findingsOf(local), findingsOf(server), image);
  }
  const pulled = await scan(`${one.host}/library/debian:12`, '--local');
  assert.equal(pulled.image.digest, server.image.digest);
  assert.deepEqual(findingsOf(pulled), findingsOf(server));
  const failed = await command(ASSAY, ['scan', '--fail-on', 'low', `oci:${layout}:test`], { env: home });
  assert.equal(failed.status, 1, 'a finding at the bar is a definite no, whatever else is unknown');
});

test('check answers seven questions, local and on a server, and does not decide what it cannot', async () => {
  for (const image of [`oci:${layout}:test`, `${one.host}/library/debian:12`]) {
    const { status, stdout } = await command(ASSAY, ['check', '--format', 'json', '--fail-on', 'low', image], {
      env: { ...home, ...as() },
    });
    assert.equal(status, 1);
    const report = JSON.parse(stdout) as { verdict: string; answers: { number: number; state: string }[] };
    assert.equal(report.verdict, 'no');
    assert.deepEqual(
      report.answers.map((each) => each.number),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.equal(report.answers[4]?.state, 'no');
  }
});

test('copy between two servers is digest-identical, with referrers and tags of cosign', async () => {
  const [from, to] = [`${one.host}/shop/app`, `${two.host}/shop/app`];
  await assay(['push', `oci:${layout}:test`, `${from}:1`], as());
  const digest = (await one.fetch('/v2/shop/app/manifests/1', { method: 'HEAD' })).headers.get(
    'docker-content-digest',
  )!;
  const size = Number(
    (await one.fetch(`/v2/shop/app/manifests/${digest}`, { method: 'HEAD' })).headers.get('content-length'),
  );
  const attach = async (tag: string | undefined, more: object) => {
    const empty = Buffer.from('{}');
    const config = {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: `sha256:${createHash('sha256').update(empty).digest('hex')}`,
      size: 2,
    };
    await one.fetch(`/v2/shop/app/blobs/uploads/?digest=${config.digest}`, { method: 'POST', body: empty });
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config,
        layers: [config],
        ...more,
      }),
    );
    const own = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const put = await one.fetch(`/v2/shop/app/manifests/${tag ?? own}`, {
      method: 'PUT',
      body,
      headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' },
    });
    assert.equal(put.status, 201, await put.text());
    return own;
  };
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size };
  const sbom = await attach(undefined, { artifactType: 'application/spdx+json', subject });
  const legacy = await attach(`${digest.replace(':', '-')}.sig`, { annotations: { made: 'by an old client' } });

  const env = { ...home, ASSAY_USER: 'admin', ASSAY_PASSWORD: ADMIN_PASSWORD };
  const out = JSON.parse(await succeed(ASSAY, ['copy', '--format', 'json', `${from}:1`, `${to}:2`], { env })) as {
    digest: string;
    attached: number;
  };
  assert.deepEqual([out.digest, out.attached], [digest, 2]);
  for (const reference of ['2', digest, sbom, `${digest.replace(':', '-')}.sig`]) {
    const there = await one.fetch(`/v2/shop/app/manifests/${reference === '2' ? '1' : reference}`);
    const here = await two.fetch(`/v2/shop/app/manifests/${reference}`);
    assert.equal(here.status, 200, reference);
    assert.deepEqual(Buffer.from(await here.arrayBuffer()), Buffer.from(await there.arrayBuffer()), reference);
  }
  const referrers = (await (await two.fetch(`/v2/shop/app/referrers/${digest}`)).json()) as {
    manifests: { digest: string }[];
  };
  assert.ok(referrers.manifests.some((each) => each.digest === sbom));
  assert.ok(legacy.startsWith('sha256:'));

  const mounted = JSON.parse(
    await succeed(ASSAY, ['copy', '--format', 'json', `${from}:1`, `${one.host}/shop/other:1`], { env }),
  ) as { blobs: Record<string, number>; bytes: number };
  assert.equal(mounted.bytes, 0, 'within one registry blobs are mounted, not sent');
  assert.ok(mounted.blobs['mounted']! >= 2);
  const raw = await succeed('skopeo', [
    'inspect',
    '--raw',
    '--tls-verify=false',
    `--creds=admin:${ADMIN_PASSWORD}`,
    `docker://${to}:2`,
  ]);
  assert.equal(`sha256:${createHash('sha256').update(raw).digest('hex')}`, digest);
});

test('login keeps a token that skopeo and podman use; logout revokes it', async () => {
  const file = join(folder, 'auth.json');
  const said = await assay(
    ['login', '-u', 'admin', '--password-stdin', '--authfile', file, one.host],
    {},
    `${ADMIN_PASSWORD}\n`,
  );
  assert.match(said, /signed in/);
  const kept = readFileSync(file, 'utf8');
  const { auths } = JSON.parse(kept) as { auths: Record<string, { auth: string }> };
  const secret = Buffer.from(auths[one.host]!.auth, 'base64').toString('utf8');
  assert.match(secret, /^admin:asy_pat_/, 'the password is not kept');
  await succeed('skopeo', [
    'list-tags',
    '--tls-verify=false',
    '--authfile',
    file,
    `docker://${one.host}/library/debian`,
  ]);
  assert.equal((await succeed('podman', ['login', '--get-login', '--authfile', file, one.host])).trim(), 'admin');
  await assay(['scan', '--allow-incomplete', '--authfile', file, `${one.host}/library/debian:12`]);
  await assay(['logout', '--authfile', file, one.host]);
  assert.equal((await one.fetch('/api/v1/me/tokens', { as: basic('admin', secret.slice(6)) })).status, 401);
  const after = await command(ASSAY, ['scan', '--authfile', file, `${one.host}/library/debian:12`], { env: home });
  assert.equal(after.status, 2);
  assert.match(after.stderr, /run assay login/);
});

test('a sign-in of skopeo is understood', async () => {
  const file = join(folder, 'skopeo.json');
  await succeed('skopeo', [
    'login',
    '--tls-verify=false',
    '-u',
    'admin',
    '-p',
    ADMIN_PASSWORD,
    '--authfile',
    file,
    one.host,
  ]);
  await assay(['scan', '--allow-incomplete', '--authfile', file, `${one.host}/library/debian:12`]);
  const wrong = await command(ASSAY, ['login', '-u', 'admin', '--password-stdin', '--authfile', file, one.host], {
    env: home,
    input: 'not the password',
  });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^assay: wrong name or password\n$/);
});

test('a transfer that breaks goes on where it stopped, both ways', async (t) => {
  // Cuts the first two bodies of blobs in each direction half way.
  let cuts = 0;
  const proxy = createServer((incoming, outgoing) => {
    const heavy = Number(incoming.headers['content-length'] ?? 0) > 1e6;
    const target = request(
      {
        host: '127.0.0.1',
        port: new URL(one.url).port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        const large = Number(answer.headers['content-length'] ?? 0) > 1e6;
        const cut = incoming.method === 'GET' && large && cuts++ < 2;
        let seen = 0;
        answer.on('data', (chunk: Buffer) => {
          seen += chunk.length;
          outgoing.write(chunk);
          if (cut && seen > 2e6) {
            outgoing.destroy();
            answer.destroy();
          }
        });
        answer.on('end', () => outgoing.end());
      },
    );
    target.on('error', () => outgoing.destroy());
    const cut = heavy && cuts++ < 2;
    let seen = 0;
    incoming.on('data', (chunk: Buffer) => {
      seen += chunk.length;
      target.write(chunk);
      if (cut && seen > 2e6) {
        incoming.destroy();
        target.end();
        target.destroy();
      }
    });
    incoming.on('end', () => target.end());
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await assay(['push', `oci:${layout}:test`, `${host}/broken/app:1`], as());
  const pushed = cuts;
  assert.ok(pushed >= 2, `the upload was cut (${pushed})`);
  cuts = 0;
  await assay(['pull', `${host}/broken/app:1`, `oci:${folder}/broken:1`], as());
  assert.ok(cuts >= 2, `the download was cut (${cuts})`);
  await succeed('skopeo', ['inspect', '--raw', `oci:${folder}/broken:1`]);
});
