import { account } from './contracts/records-fixture.ts';
import { type Digest, digestOf } from '../src/oci/digest.ts';
import type { RepositoryName, Tag } from '../src/oci/names.ts';
import type { BlobStore, StoredFile } from '../src/ports/blob-store.ts';
import { bytesOf } from '../src/ports/blob-store.ts';
import type { Database } from '../src/ports/database.ts';
import { Blobs } from '../src/work/registry/blobs.ts';
import { Garbage, type GarbageTimes } from '../src/work/registry/garbage.ts';
import { Manifests } from '../src/work/registry/manifests.ts';
import { Uploads } from '../src/work/registry/uploads.ts';

const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export interface TestBlob {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  body(): AsyncIterable<Uint8Array>;
}

export interface TestImage {
  readonly word: string;
  readonly digest: Digest;
  readonly raw: Uint8Array;
  readonly config: TestBlob;
  readonly layers: readonly TestBlob[];
}

/** A blob of this text. */
export function bytes(text: string): TestBlob {
  const content = new TextEncoder().encode(text);
  return {
    digest: digestOf(content, 'sha256'),
    bytes: content,
    async *body() {
      yield content;
    },
  };
}

/** An image whose layers hold these texts; equal texts are shared layers. */
export function layeredImage(word: string, layers: readonly string[]): TestImage {
  const config = bytes(JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Labels: { word } } }));
  const blobs = layers.map(bytes);
  const raw = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: { mediaType: CONFIG, digest: config.digest, size: config.bytes.length },
      layers: blobs.map((each) => ({ mediaType: LAYER, digest: each.digest, size: each.bytes.length })),
    }),
  );
  return { word, digest: digestOf(raw, 'sha256'), raw, config, layers: blobs };
}

/** The registry's use cases over any database and store, with a clock that tests move. */
export class RegistryHouse {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly admin = account('admin', true);
  readonly uploads: Uploads;
  readonly blobsUse: Blobs;
  readonly manifests: Manifests;
  readonly garbage: Garbage;
  #now = 1_800_000_000_000;
  readonly clock = { now: () => this.#now };

  constructor(database: Database, blobs: BlobStore, times: GarbageTimes) {
    this.database = database;
    this.blobs = blobs;
    this.uploads = new Uploads(database, blobs, this.clock);
    this.blobsUse = new Blobs(database, blobs, this.clock);
    this.manifests = new Manifests(database, this.clock, () => undefined);
    this.garbage = new Garbage({ database, blobs, uploads: this.uploads, clock: this.clock }, times);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  setClock(now: number): void {
    this.#now = now;
  }

  async push(repository: string, image: TestImage, tags: readonly string[]): Promise<void> {
    const name = repository as RepositoryName;
    for (const blob of [image.config, ...image.layers]) {
      const { id } = await this.uploads.start(this.admin, name);
      await this.uploads.finish(this.admin, name, id, blob.digest, blob.body());
    }
    await this.manifests.put(this.admin, name, {
      reference: { digest: image.digest },
      tags: tags as readonly Tag[],
      contentType: MANIFEST,
      raw: image.raw,
    });
  }

  /** Reads the manifest and every blob it lists to the end. */
  async pull(repository: string, tag: string): Promise<Uint8Array> {
    const name = repository as RepositoryName;
    const { manifest } = await this.manifests.get(this.admin, name, { tag: tag as Tag });
    const { config, layers } = JSON.parse(new TextDecoder().decode(manifest.raw)) as {
      config: { digest: Digest };
      layers: { digest: Digest }[];
    };
    for (const { digest } of [config, ...layers]) {
      const { reader } = await this.blobsUse.open(this.admin, name, digest);
      await using open = reader;
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytesOf(open)) chunks.push(chunk);
      if (digestOf(Buffer.concat(chunks), 'sha256') !== digest) throw new Error(`${digest} came with other bytes`);
    }
    return manifest.raw;
  }

  async files(which: 'published' | 'staged' = 'published'): Promise<StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const file of this.blobs.list(which)) files.push(file);
    return files;
  }
}
