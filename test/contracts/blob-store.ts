import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { isAssayError } from '../../src/lib/error.ts';
import { type BlobStore, bytesOf, type StorageKey } from '../../src/ports/blob-store.ts';

function newKey(): StorageKey {
  return randomBytes(20).toString('hex') as StorageKey;
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function published(store: BlobStore, key: StorageKey): Promise<Buffer> {
  await using reader = await store.open(key);
  return await readAll(bytesOf(reader, 1000));
}

async function keysIn(store: BlobStore, which: 'published' | 'staged'): Promise<string[]> {
  const keys: string[] = [];
  for await (const file of store.list(which)) keys.push(file.key);
  return keys.sort();
}

/** What every blob store must do. */
export function blobStoreContract(title: string, open: () => Promise<BlobStore>): void {
  describe(title, () => {
    test('bytes written in pieces over several sittings are published as one', async () => {
      const store = await open();
      const key = newKey();
      const pieces = [0, 1, 100_000, 1_500_000, 3].map((size) => randomBytes(size));
      for (const piece of pieces.slice(0, 4)) {
        await using staged = await store.stage(key);
        await staged.write(piece);
        await staged.settle();
      }
      {
        await using staged = await store.stage(key);
        assert.equal(staged.size, 1_600_001);
        assert.deepEqual(await readAll(staged.readBack()), Buffer.concat(pieces.slice(0, 4)));
        await staged.write(pieces[4]!);
        assert.equal(staged.size, 1_600_004);
        await staged.publish();
      }
      assert.deepEqual(await published(store, key), Buffer.concat(pieces));
      assert.deepEqual(await keysIn(store, 'published'), [key]);
      assert.deepEqual(await keysIn(store, 'staged'), []);
    });

    test('nothing that is staged can be opened', async () => {
      const store = await open();
      const key = newKey();
      await using staged = await store.stage(key);
      await staged.write(Buffer.from('half'));
      await staged.settle();
      await assert.rejects(store.open(key), (error) => isAssayError(error, 'blob-damaged'));
      assert.deepEqual(await keysIn(store, 'staged'), [key]);
    });

    test('an empty blob is a blob', async () => {
      const store = await open();
      const key = newKey();
      await using staged = await store.stage(key);
      await staged.publish();
      await using reader = await store.open(key);
      assert.equal(reader.size, 0);
      assert.equal(await reader.read(new Uint8Array(10), 0), 0);
    });

    test('reading starts anywhere and ends at the end', async () => {
      const store = await open();
      const key = newKey();
      const content = randomBytes(10_000);
      await using staged = await store.stage(key);
      await staged.write(content);
      await staged.publish();
      await using reader = await store.open(key);
      const into = new Uint8Array(4000);
      assert.equal(await reader.read(into, 8000), 2000);
      assert.deepEqual(Buffer.from(into.subarray(0, 2000)), content.subarray(8000));
      assert.equal(await reader.read(into, 10_000), 0);
    });

    test('discarding and removing what is gone is no error, and touches no other key', async () => {
      const store = await open();
      const [kept, gone] = [newKey(), newKey()];
      for (const key of [kept, gone]) {
        await using staged = await store.stage(key);
        await staged.write(Buffer.from(key));
        await staged.publish();
      }
      for (let twice = 0; twice < 2; twice++) {
        await store.discard(gone);
        await store.remove(gone);
      }
      await assert.rejects(store.open(gone), (error) => isAssayError(error, 'blob-damaged'));
      assert.equal((await published(store, kept)).toString(), kept);
    });

    test('a reader that is open reads on after the removal', async () => {
      const store = await open();
      const key = newKey();
      await using staged = await store.stage(key);
      await staged.write(Buffer.from('still here'));
      await staged.publish();
      await using reader = await store.open(key);
      await store.remove(key);
      assert.equal((await readAll(bytesOf(reader))).toString(), 'still here');
    });

    test('many uploads at once keep to themselves; the list tells size and time', async () => {
      const store = await open();
      const before = Date.now() - 2000;
      const contents = new Map(Array.from({ length: 20 }, (_, index) => [newKey(), randomBytes(index * 7000)]));
      await Promise.all(
        [...contents].map(async ([key, content]) => {
          await using staged = await store.stage(key);
          for (let at = 0; at < content.length; at += 1000) await staged.write(content.subarray(at, at + 1000));
          await staged.publish();
        }),
      );
      for (const [key, content] of contents) assert.ok((await published(store, key)).equals(content));
      let count = 0;
      for await (const file of store.list('published')) {
        assert.equal(file.size, contents.get(file.key)?.length);
        assert.ok(file.modifiedAt >= before && file.modifiedAt <= Date.now() + 2000);
        count++;
      }
      assert.equal(count, 20);
    });
  });
}
