import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { blobStoreContract } from '../../../test/contracts/blob-store.ts';
import { isAssayError } from '../../lib/error.ts';
import type { OpenBlobStore, StorageKey } from '../../ports/blob-store.ts';
import { openFileBlobStore } from './blob-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-blobs-'));
const opened: OpenBlobStore[] = [];
after(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openNew(root = mkdtempSync(join(folder, 'store-'))): Promise<OpenBlobStore> {
  const store = await openFileBlobStore(root);
  opened.push(store);
  return store;
}

blobStoreContract('blob store in files', () => openNew());

test('what was staged and published is there for the next process', async () => {
  const root = mkdtempSync(join(folder, 'again-'));
  const first = await openNew(root);
  const keys = ['aa'.repeat(20), 'bb'.repeat(20)] as [StorageKey, StorageKey];
  for (const key of keys) {
    await using staged = await first.stage(key);
    await staged.write(Buffer.from(key));
    if (key === keys[0]) await staged.publish();
    else await staged.settle();
  }
  const second = await openNew(root);
  await using reader = await second.open(keys[0]);
  assert.equal(reader.size, 40);
  await using staged = await second.stage(keys[1]);
  assert.equal(staged.size, 40);
});

test('a folder that cannot be made is told in one line', async () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  await assert.rejects(openNew(join(file, 'inside')), (error) => isAssayError(error, 'storage-failed'));
});
