/** Where blob bytes are kept. Keys are random, made once and never used again, so an old file is never a new blob. */
export type StorageKey = string & { readonly __brand: 'StorageKey' };

export interface BlobStore {
  /** Opens the bytes of an upload for appending, making them when they are not there. One writer at a time. */
  stage(key: StorageKey): Promise<StagedBlob>;
  /** Removes staged bytes; no error when they are gone already. */
  discard(key: StorageKey): Promise<void>;
  /** Opens published bytes. Throws `blob-damaged` when they are not there. */
  open(key: StorageKey): Promise<BlobReader>;
  /** Removes published bytes; no error when they are gone already. */
  remove(key: StorageKey): Promise<void>;
  /** Everything that is there, published or staged, for fsck and for the removal of abandoned uploads. */
  list(which: 'published' | 'staged'): AsyncIterable<StoredFile>;
}

/** A store that keeps handles open until it is closed. */
export interface OpenBlobStore extends BlobStore {
  close(): Promise<void>;
}

export interface StagedBlob extends AsyncDisposable {
  /** Bytes written so far, those of earlier requests included. */
  readonly size: number;
  /** Appends; the bytes may be held back until `settle` or `publish`. `storage-full` and `storage-failed` are thrown. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** Hands everything to the operating system and closes. */
  settle(): Promise<void>;
  /** Makes the bytes durable under their key, in this order: data, name, directory; then closes. */
  publish(): Promise<void>;
  /** Reads back what was written, to continue a digest after a restart. */
  readBack(): AsyncIterable<Uint8Array>;
}

export interface BlobReader extends AsyncDisposable {
  readonly size: number;
  /** Fills `into` from `position` and returns the count of bytes; fewer than asked only at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
}

export interface StoredFile {
  readonly key: StorageKey;
  readonly size: number;
  /** When its bytes or its name last changed, in milliseconds UTC. */
  readonly modifiedAt: number;
}

/** The bytes of an open blob in order, for analysis and copying. */
export async function* bytesOf(reader: BlobReader, chunkBytes = 256 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < reader.size; ) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, reader.size - at));
    const count = await reader.read(chunk, at);
    if (count === 0) return;
    at += count;
    yield count === chunk.length ? chunk : chunk.subarray(0, count);
  }
}
