import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarOf, zipOf } from '../archives.ts';
import { answerOf, type PushedImage, pushImageOf } from '../image-pusher.ts';
import { startServer, type TestServer } from '../server.ts';
import { command } from './command.ts';
import { testClamd } from './clamd-server.ts';

const MARKER = 'planted-marker-of-a-test';
const WHOLE = 'a file that is known by its digest\n';
const signatures = {
  'texts.ndb': `Test.Marker:0:*:${Buffer.from(MARKER).toString('hex')}\n`,
  'files.hdb': `${createHash('md5').update(WHOLE).digest('hex')}:${WHOLE.length}:Test.Digest\n`,
};

interface Report {
  readonly findings: { kind: string; id: string; path?: string; detail?: string; severity?: string }[];
  readonly incomplete: { code: string; path?: string; detail: string }[];
}

async function reportOf(server: TestServer, image: PushedImage): Promise<Report> {
  const { items } = await answerOf<{ items: Report['findings'] }>(server, `${image.path}/observations`);
  const { incomplete } = await answerOf<Report>(server, `${image.path}/report`);
  return { findings: items.filter((each) => each.id === 'clamav'), incomplete };
}

test('Debian’s clamd is shown every file of every layer; what it knows is malware with its path', async () => {
  await using clamd = testClamd(signatures);
  await clamd.start();
  await using server = await startServer({ clamd: clamd.address });
  const lower = gzipSync(
    tarOf([
      { path: 'opt/tool', content: `#!/bin/sh\n# ${MARKER}\n` },
      { path: 'opt/known', content: WHOLE },
      { path: 'opt/lib.zip', content: zipOf({ 'inside.txt': `x ${MARKER}` }) },
      { path: 'opt/clean', content: 'nothing\n' },
    ]),
  );
  const upper = zstdCompressSync(
    tarOf([
      { path: 'opt/.wh.tool' },
      { path: 'srv/large', content: Buffer.alloc(3 * 1024 * 1024, MARKER) },
      { path: 'srv/after', content: MARKER },
    ]),
  );
  const infected = await reportOf(server, await pushImageOf(server, 'seen/infected', [lower, upper]));
  assert.deepEqual(infected.findings.map((each) => [each.kind, each.severity, each.path, each.detail]).sort(), [
    ['malware', 'critical', 'opt/known', 'Test.Digest.UNOFFICIAL'],
    ['malware', 'critical', 'opt/lib.zip', 'Test.Marker.UNOFFICIAL'],
    ['malware', 'critical', 'opt/tool', 'Test.Marker.UNOFFICIAL'],
    ['malware', 'critical', 'srv/after', 'Test.Marker.UNOFFICIAL'],
  ]);
  assert.deepEqual(
    infected.incomplete.map((each) => each.path),
    ['srv/large'],
  );
  assert.match(infected.incomplete[0]?.detail ?? '', /^not searched for malware: .*larger than clamd takes/);
  const clean = await reportOf(
    server,
    await pushImageOf(server, 'seen/clean', [gzipSync(tarOf([{ path: 'a', content: 'b' }]))]),
  );
  assert.deepEqual([clean.findings, clean.incomplete], [[], []]);
});

test('while clamd is stopped an image is incomplete and says so; when it is back the image is looked at again', {
  timeout: 120_000,
}, async (t) => {
  await using clamd = testClamd(signatures);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'assay-clamd-data-'));
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  let image: PushedImage;
  {
    await using server = await startServer({ clamd: clamd.address, dataDirectory });
    image = await pushImageOf(server, 'seen/later', [gzipSync(tarOf([{ path: 'bin/x', content: MARKER }]))]);
    const { findings, incomplete } = await reportOf(server, image);
    assert.deepEqual(findings, []);
    assert.equal(incomplete[0]?.code, 'unavailable');
    assert.match(incomplete[0].detail, /^not searched for malware: clamd at unix:.* cannot be reached: ENOENT$/);
  }
  await clamd.start();
  await using server = await startServer({ clamd: clamd.address, dataDirectory });
  let again = await reportOf(server, image);
  for (let waited = 0; waited < 30_000 && again.findings.length === 0; waited += 100) {
    await pause(100);
    again = await reportOf(server, image);
  }
  assert.deepEqual([again.findings.map((each) => each.path), again.incomplete], [['bin/x'], []]);
});

test('a clamd that keeps silent about its limits is not believed', async () => {
  await using clamd = testClamd(signatures, []);
  await clamd.start();
  await using server = await startServer({ clamd: clamd.address });
  const { incomplete } = await reportOf(
    server,
    await pushImageOf(server, 'seen/silent', [gzipSync(tarOf([{ path: 'a', content: 'b' }]))]),
  );
  assert.match(incomplete[0]?.detail ?? '', /does not tell when it stops at a limit; set AlertExceedsMax yes/);
});

test('assay scan shows an image on disk to the clamd of ASSAY_CLAMD', async (t) => {
  await using clamd = testClamd(signatures);
  await clamd.start();
  const folder = mkdtempSync(join(tmpdir(), 'assay-clamd-scan-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const layer = tarOf([{ path: 'bin/x', content: MARKER }]);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`] },
  });
  writeFileSync(
    join(folder, 'image.tar'),
    tarOf([
      { path: 'layer.tar', content: layer },
      { path: 'config.json', content: config },
      {
        path: 'manifest.json',
        content: JSON.stringify([{ Config: 'config.json', RepoTags: ['x:1'], Layers: ['layer.tar'] }]),
      },
    ]),
  );
  const scan = ['scan', '--format', 'json', `docker-archive:${join(folder, 'image.tar')}`];
  const env = { XDG_CACHE_HOME: folder, ASSAY_CLAMD: clamd.address };
  // Without advisories every scan ends with 3, as not whole.
  const scanned = async (env: NodeJS.ProcessEnv) =>
    JSON.parse((await command('bin/assay.mjs', scan, { env })).stdout) as Report;
  assert.ok(!(await scanned({ XDG_CACHE_HOME: folder })).findings.some((each) => each.id === 'clamav'));
  const found = await scanned(env);
  assert.deepEqual(
    found.findings.filter((each) => each.kind === 'malware').map((each) => [each.id, each.path]),
    [['clamav', 'bin/x']],
  );
  await clamd.stop();
  const known = await scanned(env);
  assert.equal(known.findings.filter((each) => each.id === 'clamav').length, 1, 'what it said is kept');
  const wrong = await command('bin/assay.mjs', scan, { env: { ...env, ASSAY_CLAMD: 'nonsense' } });
  assert.match(wrong.stderr, /ASSAY_CLAMD: write it as unix:PATH or host:port/);
});
