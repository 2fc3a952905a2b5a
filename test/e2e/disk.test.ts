import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openStopped } from '../../src/app/upkeep.ts';
import { startChildServer } from '../child-server.ts';
import { Refused, RegistryClient, uploadForms } from '../registry-client.ts';
import { bytes, layeredImage } from '../registry-house.ts';
import { ADMIN_PASSWORD } from '../server.ts';
import { command, succeed } from './command.ts';

/** A small file system of its own; needs the right to mount. */
async function smallDisk(t: TestContext, megabytes: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-disk-'));
  await succeed('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  t.after(async () => {
    await command('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

async function damage(directory: string): Promise<string[]> {
  const opened = await openStopped({ dataDirectory: directory }, {});
  if ('url' in opened) throw new Error('still locked');
  await using house = opened;
  const found: string[] = [];
  for await (const step of house.fsck({ full: true, repair: false }))
    if (step.kind === 'problem' && step.weight === 'damage') found.push(`${step.code} ${step.subject}`);
  return found;
}

test('a full disk: 507 with words, reads go on, nothing is damaged, and pushes work again with room', async (t) => {
  const disk = await smallDisk(t, 24);
  const directory = join(disk, 'data');
  const server = await startChildServer(directory);
  t.after(() => server.kill().catch(() => undefined));
  const client = new RegistryClient(server.url, 'admin', ADMIN_PASSWORD);
  await client.pushImage('library/app', 'before', layeredImage('before', ['layer']));
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - 1_500_000));
  const big = bytes('b'.repeat(4_000_000));
  for (const form of uploadForms) {
    const refused = await client.pushBlob('library/app', big, form).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(refused instanceof Refused, `${form} is refused`);
    assert.equal(refused.status, 507, refused.message);
    assert.match(refused.body, /the disk is full/);
  }
  // Until rows do not fit either.
  let acknowledged = 0;
  let full: unknown;
  try {
    for (; acknowledged < 4000; acknowledged++)
      await client.pushBlob('library/app', bytes(`small ${acknowledged} ${'s'.repeat(3000)}`), 'single-post');
  } catch (error) {
    full = error;
  }
  assert.ok(full instanceof Refused && full.status === 507, String(full));
  await client.checkImage('library/app', 'before');
  assert.equal((await client.request('GET', '/v2/library/app/tags/list', [200])).status, 200);

  rmSync(ballast);
  await client.pushImage('library/app', 'after', layeredImage('after', ['layer', 'more']));
  for (const form of uploadForms) await client.pushBlob('library/app', big, form);
  for (let index = 0; index < acknowledged; index += 7)
    await client.checkBlob('library/app', bytes(`small ${index} ${'s'.repeat(3000)}`).digest);
  for (const tag of ['before', 'after']) await client.checkImage('library/app', tag);
  assert.equal(await server.stop(), 0);
  assert.deepEqual(await damage(directory), []);
});

test('a disk that is full at the start, and a read-only one, are one line each', async (t) => {
  const disk = await smallDisk(t, 24);
  const directory = join(disk, 'data');
  const first = await startChildServer(directory);
  const client = new RegistryClient(first.url, 'admin', ADMIN_PASSWORD);
  await client.pushImage('library/app', 'kept', layeredImage('kept', ['layer']));
  await first.stop();

  const serve = (where: string) =>
    command(process.execPath, ['src/main.ts', 'serve', '--listen', '127.0.0.1:0', '--data-directory', where], {
      env: { ASSAY_ADMIN_PASSWORD: ADMIN_PASSWORD },
    });
  await succeed('mount', ['-o', 'remount,ro', disk]);
  const readOnly = await serve(directory);
  assert.equal(readOnly.status, 3);
  assert.match(readOnly.stderr, /^assay: .*data directory .*EROFS/);
  assert.equal(readOnly.stderr.trim().split('\n').length, 1, readOnly.stderr);
  await succeed('mount', ['-o', 'remount,rw', disk]);

  const other = join(disk, 'other');
  mkdirSync(other);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 8192));
  const full = await serve(other);
  assert.equal(full.status, 3);
  assert.match(full.stderr, /^assay: .*(?:disk is full|ENOSPC)/);
  assert.equal(full.stderr.trim().split('\n').length, 1, full.stderr);

  rmSync(join(disk, 'ballast'));
  const again = await startChildServer(directory);
  t.after(() => again.kill().catch(() => undefined));
  await new RegistryClient(again.url, 'admin', ADMIN_PASSWORD).checkImage('library/app', 'kept');
  await again.stop();
});

test('a folder that is lost while serving: reads go on, pushes get 503, and work again when it is back', async (t) => {
  const disk = await smallDisk(t, 24);
  const directory = join(disk, 'data');
  const server = await startChildServer(directory);
  t.after(() => server.kill().catch(() => undefined));
  const client = new RegistryClient(server.url, 'admin', ADMIN_PASSWORD);
  const image = layeredImage('kept', ['layer']);
  await client.pushImage('library/app', 'kept', image);
  rmSync(join(directory, 'uploads'), { recursive: true });
  const refused = await client.pushBlob('library/app', bytes('new'), 'single-post').then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(refused instanceof Refused && refused.status === 503, String(refused));
  assert.match(refused.body, /starting an upload failed: ENOENT/);
  await client.checkImage('library/app', 'kept');
  mkdirSync(join(directory, 'uploads'));
  await client.pushBlob('library/app', bytes('new'), 'single-post');
  await server.stop();
  assert.deepEqual(await damage(directory), []);
});
