import { AssayError } from '../../lib/error.ts';
import type { BlobStore, StagedBlob, StorageKey } from '../../ports/blob-store.ts';

/** Blob bytes in memory, for tests and for commands that keep nothing. */
export function memoryBlobStore(): BlobStore {
  const staged = new Map<StorageKey, Uint8Array[]>();
  const published = new Map<StorageKey, Uint8Array>();
  const modifiedAt = new Map<StorageKey, number>();
  const stage = (key: StorageKey): StagedBlob => {
    const chunks = staged.get(key) ?? [];
    if (!staged.has(key)) modifiedAt.set(key, Date.now());
    staged.set(key, chunks);
    return {
      get size() {
        return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      },
      write(chunk) {
        chunks.push(chunk.slice());
        modifiedAt.set(key, Date.now());
        return undefined;
      },
      settle: () => Promise.resolve(),
      publish() {
        published.set(key, new Uint8Array(Buffer.concat(chunks)));
        staged.delete(key);
        modifiedAt.set(key, Date.now());
        return Promise.resolve();
      },
      async *readBack() {
        yield* chunks;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return {
    stage: (key) => Promise.resolve(stage(key)),
    discard(key) {
      staged.delete(key);
      return Promise.resolve();
    },
    open(key) {
      const bytes = published.get(key);
      if (!bytes) return Promise.reject(new AssayError('blob-damaged', 'the bytes of this blob are missing'));
      return Promise.resolve({
        size: bytes.length,
        read(into: Uint8Array, position: number) {
          const piece = bytes.subarray(position, position + into.length);
          into.set(piece);
          return Promise.resolve(piece.length);
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
    remove(key) {
      published.delete(key);
      return Promise.resolve();
    },
    async *list(which) {
      if (which === 'published')
        for (const [key, bytes] of published) yield { key, size: bytes.length, modifiedAt: modifiedAt.get(key) ?? 0 };
      else
        for (const [key, chunks] of staged)
          yield {
            key,
            size: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
            modifiedAt: modifiedAt.get(key) ?? 0,
          };
    },
  };
}
