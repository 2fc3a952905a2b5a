import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { storeTarget } from '../../../src/adapters/fs/target-folder.ts';
import { targetUrlPath } from '../../../src/trust/tuf/client/file-names.ts';
import type { FoundTarget } from '../../../src/trust/tuf/client/find-target.ts';
import { refusal, TestClient } from '../../tuf/client.ts';
import { Tuf1Repository } from '../../tuf/repository.ts';

const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function fresh() {
  const repository = await Tuf1Repository.create();
  const client = new TestClient(repository);
  const folder = await mkdtemp(join(tmpdir(), 'assay-targets-'));
  folders.push(folder);
  const downloads: string[] = [];
  async function download(path: string): Promise<string> {
    const target = await client.find(path);
    assert.ok(target, `${path} is signed`);
    return storeTarget(folder, target, () => served(target));
  }
  /** The server's bytes, in pieces. */
  async function* served(target: FoundTarget): AsyncGenerator<Uint8Array> {
    downloads.push(targetUrlPath(target.path, target.file, true));
    const bytes = repository.artefacts.get(target.path)!;
    for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
  }
  const stored = async () => {
    const names = await readdir(folder);
    return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  };
  return { repository, download, downloads, stored, folder };
}

test('a target is stored once it is what was signed, also below folders', async () => {
  const { repository, download, stored } = await fresh();
  repository.addTarget('targets', 'file.txt', 'content');
  repository.addTarget('targets', 'path/to/a/file.txt', 'deeper');
  await repository.publish('targets', 'snapshot', 'timestamp');
  await download('file.txt');
  assert.deepEqual(await stored(), ['content']);
  await download('path/to/a/file.txt');
  assert.deepEqual(await stored(), ['content', 'deeper']);
});

test('a substituted target is refused and what was stored stays', async () => {
  const { repository, download, stored } = await fresh();
  repository.addTarget('targets', 'one', 'good one');
  repository.addTarget('targets', 'two', 'good two');
  await repository.publish('targets', 'snapshot', 'timestamp');
  await download('one');
  for (const path of ['one', 'two']) repository.artefacts.set(path, Buffer.from('bad data'));
  await download('one');
  assert.deepEqual(await stored(), ['good one']);
  await refusal(() => download('two'), 'trust-hash-mismatch');
  repository.artefacts.set('two', Buffer.from('bad data, and longer'));
  await refusal(() => download('two'), 'trust-endless-data');
  repository.artefacts.set('two', Buffer.from('short'));
  await refusal(() => download('two'), 'trust-hash-mismatch');
  assert.deepEqual(await stored(), ['good one']);
});

test('a stored target follows its signed content through changes the client does not all see', async () => {
  const { repository, download, stored } = await fresh();
  for (let change = 0; change <= 10; change++) {
    repository.addTarget('targets', 'file', `content ${change}`);
    await repository.publish('targets', 'snapshot', 'timestamp');
    if (change % 5 !== 0) continue;
    await download('file');
    assert.deepEqual(await stored(), [`content ${change}`]);
    repository.artefacts.set('file', Buffer.from('malicious'));
    await repository.publish('targets', 'snapshot', 'timestamp');
    await download('file');
    assert.deepEqual(await stored(), [`content ${change}`]);
  }
});

test('a target that is there is not downloaded again, one that was damaged is', async () => {
  const { repository, download, downloads, stored } = await fresh();
  repository.addTarget('targets', 'file', 'content');
  await repository.publish('targets', 'snapshot', 'timestamp');
  const path = await download('file');
  await download('file');
  assert.equal(downloads.length, 1);
  await writeFile(path, 'damaged');
  await download('file');
  assert.equal(downloads.length, 2);
  assert.deepEqual(await stored(), ['content']);
});

for (const algorithms of [['sha256'], ['sha512'], ['sha256', 'sha512'], ['sha384']]) {
  test(`hashes: ${algorithms.join(' and ')}`, async () => {
    const { repository, download, downloads, stored } = await fresh();
    repository.addTarget('targets', 'dir/file', 'content', algorithms);
    await repository.publish('targets', 'snapshot', 'timestamp');
    await download('dir/file');
    const hash = repository.targets.targets['dir/file']!.hashes[algorithms[0]!]!;
    assert.deepEqual(downloads, [`dir/${hash}.file`]);
    assert.deepEqual(await stored(), ['content']);
  });
}

test('a hash of another kind, or a broken one, proves nothing; every known hash must hold', async () => {
  for (const algorithms of [['md5'], ['sha1']]) {
    const { repository, download, stored } = await fresh();
    repository.addTarget('targets', 'file', 'content', algorithms);
    await repository.publish('targets', 'snapshot', 'timestamp');
    await refusal(() => download('file'), 'trust-hash-mismatch');
    assert.deepEqual(await stored(), []);
  }
  const { repository, download } = await fresh();
  repository.addTarget('targets', 'file', 'content', ['sha256', 'sha512']);
  repository.targets.targets['file']!.hashes['sha512'] = '0'.repeat(128);
  await repository.publish('targets', 'snapshot', 'timestamp');
  await refusal(() => download('file'), 'trust-hash-mismatch');
});

test('paths that a URL would change are refused, odd ones are quoted', async () => {
  const file = { length: 1, hashes: { sha256: 'ab' } };
  assert.equal(targetUrlPath('a b/c?d#e', file, true), 'a%20b/ab.c%3Fd%23e');
  assert.equal(targetUrlPath('plain', file, false), 'plain');
  for (const path of ['../x', 'a/../b', './x', '/x', 'a//b', 'x/', ''])
    await refusal(async () => targetUrlPath(path, file, true), 'input-invalid');
});
