import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarHeader, tarOf, zipOf } from '../../../test/archives.ts';
import { isAssayError } from '../../lib/error.ts';
import { analysisProgram, processAnalyser, processLimits } from './process-analyser.ts';

const program = analysisProgram(join(import.meta.dirname, '../../..'));
const analyser = processAnalyser(program);
const STATUS = 'Package: a\nStatus: install ok installed\nVersion: 1\n';

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}

void test('plain, gzip and zstd layers give one inventory; a second one comes from a process that waited', async () => {
  const tar = tarOf([{ path: 'var/lib/dpkg/status', content: STATUS }]);
  const inventories = [];
  for (const bytes of [tar, gzipSync(tar), zstdCompressSync(tar)])
    inventories.push(await analyser.analyse(whole(bytes)));
  assert.deepEqual(inventories[0]?.inventory.evidence[0]?.packages[0]?.name, 'a');
  assert.deepEqual(inventories[1], inventories[0]);
  assert.deepEqual(inventories[2], inventories[0]);
});

void test('hostile paths and devices are refused one by one; the rest of the layer is read', async () => {
  const tar = tarOf([
    { path: '../../etc/passwd', content: 'x' },
    { path: '/var/lib/dpkg/status', content: STATUS },
    { path: 'dev/sda', type: '4' },
    { path: 'dev/tty', type: '3' },
    { path: 'var/lib/dpkg/info', type: '2', link: '../../../../..' },
  ]);
  const { evidence, incomplete } = (await analyser.analyse(whole(tar))).inventory;
  assert.equal(evidence.length, 1);
  assert.deepEqual(
    incomplete.map((each) => each.code),
    ['malformed'],
  );
});

void test('truncated, damaged and empty layers are incomplete, not clean', async () => {
  const tar = tarOf([
    { path: 'var/lib/dpkg/status', content: STATUS },
    { path: 'big', content: 'y'.repeat(50_000) },
  ]);
  for (const bytes of [
    tar.subarray(0, 3000),
    gzipSync(tar).subarray(0, 100),
    Buffer.from('not a tar at all'.repeat(100)),
    Buffer.alloc(0),
  ]) {
    const { incomplete } = (await analyser.analyse(whole(bytes))).inventory;
    assert.ok(incomplete.length > 0);
    assert.ok(incomplete.every((each) => each.code === 'malformed'));
  }
});

void test('bombs: a file that is too large for its reader, an archive that unpacks to too much, a layer of zeros', async () => {
  const bomb = zipOf({ 'META-INF/MANIFEST.MF': Buffer.alloc(30 * 1024 * 1024) });
  const claim = tarHeader({ path: 'var/lib/dpkg/status' }, 1024 ** 3);
  const tar = Buffer.concat([tarOf([{ path: 'a.jar', content: bomb }]).subarray(0, -1024), claim]);
  const { incomplete } = (await analyser.analyse(whole(tar))).inventory;
  assert.deepEqual(
    incomplete.map((each) => each.code),
    ['budget-exceeded', 'budget-exceeded', 'malformed'],
  );
  const zeros = gzipSync(
    Buffer.concat([
      tarHeader({ path: 'zeros' }, 200 * 1024 * 1024),
      Buffer.alloc(200 * 1024 * 1024),
      Buffer.alloc(1024),
    ]),
  );
  const quiet = (await analyser.analyse(whole(zeros))).inventory;
  assert.deepEqual([quiet.incomplete, quiet.files?.bytes], [[], 200 * 1024 * 1024]);
});

void test('a process over its time or memory is ended with a coded error', async () => {
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield tarHeader({ path: 'slow' }, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
  for (const limits of [
    { ...processLimits, maxSeconds: 0.3 },
    { ...processLimits, maxResidentBytes: 1024 },
  ])
    await assert.rejects(processAnalyser(program, limits).analyse(slow()), (error) =>
      isAssayError(error, 'content-budget-exceeded'),
    );
  const stop = AbortSignal.timeout(200);
  await assert.rejects(analyser.analyse(slow(), { signal: stop }), (error) => isAssayError(error, 'stopping'));
});
