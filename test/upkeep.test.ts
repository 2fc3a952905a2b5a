import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { RegistryClient } from './registry-client.ts';
import { layeredImage } from './registry-house.ts';
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts';

const environment = { ASSAY_USER: 'admin', ASSAY_PASSWORD: ADMIN_PASSWORD };

function assay(args: readonly string[]): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/main.ts', ...args], { env: { ...process.env, ...environment } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

function folder(t: TestContext, word: string): string {
  const made = mkdtempSync(join(tmpdir(), `assay-${word}-`));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function filled(): Promise<TestServer & { client: RegistryClient }> {
  const server = await startServer();
  const client = new RegistryClient(server.url, 'admin', ADMIN_PASSWORD);
  for (const word of ['one', 'two'])
    await client.pushImage('library/app', word, layeredImage(word, ['shared', `layer of ${word}`, 'x'.repeat(70_000)]));
  return Object.assign(server, { client });
}

function blobFile(directory: string, size: number): string {
  for (const shard of readdirSync(join(directory, 'blobs')))
    for (const name of readdirSync(join(directory, 'blobs', shard))) {
      const path = join(directory, 'blobs', shard, name);
      if (readFileSync(path).length === size) return path;
    }
  throw new Error(`no blob of ${size} bytes`);
}

test('fsck of a running server: clean, then each kind of damage found, repaired, and healed by a push', async () => {
  await using server = await filled();
  const fsck = (...more: string[]) => assay(['fsck', '--server', server.url, ...more]);
  const clean = await fsck('--full');
  assert.equal(clean.status, 0, clean.out + clean.err);
  assert.match(clean.out, /^6 blobs .* 2 manifests, 2 tags: nothing damaged, 0 leftovers/m);

  const big = blobFile(server.directory, 70_000);
  const bytes = readFileSync(big);
  bytes[5] = 0;
  writeFileSync(big, bytes);
  assert.equal((await fsck()).status, 0, 'the size is as it was');
  const changed = await fsck('--full');
  assert.equal(changed.status, 1);
  assert.match(changed.out, /damage: blob-bytes-differ sha256:/);
  truncateSync(big, 100);
  assert.match((await fsck()).out, /damage: blob-size-differs sha256:/);
  rmSync(big);
  assert.match((await fsck()).out, /damage: blob-file-missing sha256:/);
  const repaired = await fsck('--repair');
  assert.equal(repaired.status, 1);
  assert.match(repaired.out, /blob-file-missing .* \(repaired\)/);
  assert.match((await fsck()).out, /damage: manifest-without-blob library\/app@sha256:/);
  await server.client.pushMissing(
    'library/app',
    'one',
    layeredImage('one', ['shared', 'layer of one', 'x'.repeat(70_000)]),
  );
  const healed = await fsck('--full');
  assert.equal(healed.status, 0, healed.out);
  await server.client.checkImage('library/app', 'two');
});

test('fsck of a stopped server finds leftovers and takes them away', async () => {
  await using server = await filled();
  const { directory } = server;
  await server.running.stop();
  writeFileSync(join(directory, 'blobs', 'ab', `${'0'.repeat(38)}ab`), 'left behind');
  const fsck = (...more: string[]) => assay(['fsck', '--data-directory', directory, '--format', 'json', ...more]);
  const found = await fsck();
  assert.equal(found.status, 0, found.out + found.err);
  const summary = (text: string) => JSON.parse(text.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  assert.equal(summary(found.out)['leftovers'], 1);
  assert.equal(summary((await fsck('--repair')).out)['repaired'], 1);
  assert.equal(summary((await fsck()).out)['leftovers'], 0);
  const nothing = await assay(['fsck', '--data-directory', join(directory, 'none')]);
  assert.equal(nothing.status, 2);
  assert.match(nothing.err, /there is no data of Assay in/);
});

test('a backup while serving, again into the same folder, restored elsewhere, serves the same images', async (t) => {
  await using server = await filled();
  const target = join(folder(t, 'backup'), 'assay');
  const backup = () => assay(['backup', '--server', server.url, target]);
  const first = await backup();
  assert.equal(first.status, 0, first.err);
  assert.match(first.out, /^(\d+) files, .*copied \1 /m);
  await server.client.pushImage('library/app', 'three', layeredImage('three', ['shared', 'new']));
  const pushing = server.client.pushImage('library/busy', 'now', layeredImage('busy', ['b1', 'b2']));
  const second = await backup();
  await pushing;
  assert.equal(second.status, 0, second.err);
  assert.match(second.out, /copied \d+ .*removed 1 of an earlier backup/);
  assert.ok(!readdirSync(server.directory).some((name) => name.startsWith('backup-')), 'nothing is left behind');

  const restored = join(folder(t, 'restored'), 'data');
  const restore = await assay(['restore', target, '--data-directory', restored]);
  assert.equal(restore.status, 0, restore.err);
  assert.match(restore.out, /nothing damaged/);
  const again = await assay(['restore', target, '--data-directory', restored]);
  assert.equal(again.status, 2);
  assert.match(again.err, /not empty/);
  const full = await assay(['fsck', '--full', '--data-directory', restored]);
  assert.equal(full.status, 0, full.out);
  await using copy = await startServer({ dataDirectory: restored });
  const client = new RegistryClient(copy.url, 'admin', ADMIN_PASSWORD);
  for (const word of ['one', 'two', 'three'])
    assert.equal(await client.checkImage('library/app', word), await server.client.checkImage('library/app', word));
});

test('a backup refuses a folder of something else, and a restore one that was changed', async (t) => {
  await using server = await filled();
  const other = folder(t, 'other');
  writeFileSync(join(other, 'letter.txt'), 'dear');
  const refused = await assay(['backup', '--server', server.url, other]);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /no backup of Assay/);
  assert.deepEqual(readdirSync(other), ['letter.txt']);

  const target = folder(t, 'backup');
  assert.equal((await assay(['backup', '--server', server.url, target])).status, 0);
  const blob = blobFile(target, 70_000);
  const bytes = readFileSync(blob);
  bytes[70] = 1;
  writeFileSync(blob, bytes);
  const into = join(folder(t, 'restored'), 'data');
  const damaged = await assay(['restore', target, '--data-directory', into]);
  assert.equal(damaged.status, 3, damaged.out);
  assert.match(damaged.err, /has other bytes than were stored/);
  rmSync(join(target, 'backup.json'));
  const unfinished = await assay(['restore', target, '--data-directory', join(into, 'again')]);
  assert.equal(unfinished.status, 2);
  assert.match(unfinished.err, /this is no backup, or one that was not finished/);
  assert.ok(!existsSync(join(into, 'again', 'assay.sqlite')));
});

test('a stopped server is backed up directly', async (t) => {
  await using server = await filled();
  await server.running.stop();
  const target = folder(t, 'backup');
  const result = await assay(['backup', '--data-directory', server.directory, target]);
  assert.equal(result.status, 0, result.err);
  assert.match(result.out, /^\d+ files/m);
});

test('upkeep is for administrators', async () => {
  await using server = await filled();
  for (const [method, path] of [
    ['POST', '/api/v1/fsck'],
    ['POST', '/api/v1/backups'],
    ['GET', '/api/v1/backups/x/file?path=assay.sqlite'],
  ] as const) {
    assert.equal((await server.fetch(path, { method, as: null })).status, 401, path);
  }
  const missing = await server.fetch('/api/v1/backups/x/file?path=assay.sqlite');
  assert.equal(missing.status, 404);
});
