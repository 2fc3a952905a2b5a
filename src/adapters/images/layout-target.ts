import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AssayError, storageError, systemCode } from '../../lib/error.ts';
import { MAX_MANIFEST_BYTES, parseManifest } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { type FileReference, formatReference } from '../../oci/reference.ts';
import { type Expected, verified } from '../../oci/verified.ts';
import type { BlobArrival, ImageTarget, ManifestPlace, RawManifest } from '../../ports/image-source.ts';
import { blobPath } from './layout-source.ts';
import { removedOnSignal } from './leftovers.ts';
import { folderFiles } from './oci-layout.ts';
import { readWhole } from './tar-files.ts';

interface IndexEntry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
}

const REF_NAME = 'org.opencontainers.image.ref.name';

/** Writes an OCI image layout (OCI image specification 1.1, "Image Layout") into a folder, beside what it holds. */
export async function openLayoutTarget(reference: FileReference): Promise<LayoutTarget> {
  const { path } = reference;
  try {
    await mkdir(join(path, 'blobs', 'sha256'), { recursive: true });
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR')
      throw new AssayError('input-invalid', `${path} is a file, not a folder`, { cause: error });
    throw storageError(error, `preparing ${path}`);
  }
  return new LayoutTarget(path, reference.name, formatReference(reference), await readEntries(path));
}

async function readEntries(folder: string): Promise<IndexEntry[]> {
  const raw = await readWhole(folderFiles(folder), 'index.json', MAX_MANIFEST_BYTES);
  if (!raw) return [];
  const index = parseManifest(raw, undefined);
  if (index.kind !== 'index') throw new AssayError('content-malformed', `${folder}/index.json is no image index`);
  return index.manifests.map((each) => each as IndexEntry);
}

export class LayoutTarget implements ImageTarget {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest = undefined;
  readonly #folder: string;
  #entries: IndexEntry[];

  constructor(folder: string, tag: string | undefined, name: string, entries: IndexEntry[]) {
    this.#folder = folder;
    this.tag = tag;
    this.name = name;
    this.#entries = entries;
  }

  async putBlob(descriptor: Required<Expected>, bytes: () => AsyncIterable<Uint8Array>): Promise<BlobArrival> {
    const path = join(this.#folder, blobPath(descriptor.digest));
    const there = await stat(path).catch(() => undefined);
    if (there?.size === descriptor.size) return 'there';
    await this.#write(path, verified(bytes(), descriptor));
    return 'copied';
  }

  /** What is no part of an index is listed in index.json, so that nothing attached is lost. */
  async putManifest(manifest: RawManifest, { kind, tag }: ManifestPlace): Promise<void> {
    await this.#write(join(this.#folder, blobPath(manifest.digest)), once(manifest.raw));
    if (kind === 'child') return;
    const parsed = parseManifest(manifest.raw, manifest.mediaType, manifest.digest);
    const entry: IndexEntry = {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.raw.length,
      ...(parsed.artifactType !== undefined && parsed.subject && { artifactType: parsed.artifactType }),
      ...(tag !== undefined && { annotations: { [REF_NAME]: tag } }),
    };
    this.#entries = [
      ...this.#entries.filter((each) =>
        tag === undefined
          ? each.digest !== manifest.digest || each.annotations?.[REF_NAME] !== undefined
          : each.annotations?.[REF_NAME] !== tag,
      ),
      entry,
    ];
  }

  async finish(): Promise<void> {
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: this.#entries };
    await this.#write(
      join(this.#folder, 'oci-layout'),
      once(Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))),
    );
    await this.#write(join(this.#folder, 'index.json'), once(Buffer.from(JSON.stringify(index))));
  }

  /** A file appears whole or not at all. */
  async #write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
    using _ = removedOnSignal(temporary);
    try {
      await mkdir(dirname(path), { recursive: true });
      await using file = await open(temporary, 'wx');
      for await (const chunk of bytes) await file.writeFile(chunk);
      await file.sync();
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw storageError(error, `writing ${path}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
