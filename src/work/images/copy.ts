import { AssayError, isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { algorithmOf, type Digest, hexOf } from '../../oci/digest.ts';
import { type ImageManifest, type Manifest, parseManifest, requiredBlobs } from '../../oci/manifest.ts';
import { isImageManifestType, isIndexType } from '../../oci/media-types.ts';
import { choosePlatform, type Platform } from '../../oci/platform.ts';
import type { BlobArrival, ImageSource, ImageTarget, RawManifest } from '../../ports/image-source.ts';

export interface CopyOptions {
  /** Only the image for this platform instead of the whole index. */
  readonly platform?: Platform | undefined;
  /** What `chosenRoot` found before, so that a tag that moves meanwhile changes nothing. */
  readonly root?: RawManifest | undefined;
  /** Signatures, attestations and whatever else refers to the image. */
  readonly attachments: boolean;
  readonly progress?: (blob: Descriptor, bytes: number, arrival: BlobArrival | undefined) => void;
}

export interface CopyResult {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly tag: string | undefined;
  readonly manifests: number;
  readonly attached: number;
  readonly blobs: Readonly<Record<BlobArrival, number>>;
  /** Bytes that were sent. */
  readonly bytes: number;
  /** Manifests that an index lists and the source does not hold. */
  readonly missing: readonly Digest[];
}

const PARALLEL = 3;
const MAX_DEPTH = 4;
const MAX_MANIFESTS = 5000;
/** Tags that cosign derives from the digest of an image. */
const LEGACY_SUFFIXES = ['sig', 'att', 'sbom'] as const;

/**
 * Copies an image byte for byte, with the images of its index and with all that refers to them. The tag is set last,
 * when everything else is there, so that nobody meets the image without its signatures.
 */
export async function copyImage(source: ImageSource, target: ImageTarget, options: CopyOptions): Promise<CopyResult> {
  const copy = new Copy(source, target, options);
  return copy.run();
}

/** The manifest that a copy would begin with: what the reference names, or the image in it for one platform. */
export async function chosenRoot(source: ImageSource, platform: Platform | undefined): Promise<RawManifest> {
  const root = await source.root();
  if (platform === undefined) return root;
  const manifest = parseManifest(root.raw, root.mediaType, root.digest);
  return manifest.kind === 'index' ? source.manifest(choosePlatform(manifest, platform, platform)) : root;
}

/** Digests of a manifest and of everything that it lists, through indexes in it, as far as the source holds them. */
export async function digestsOf(source: ImageSource, root: RawManifest, depth = 0): Promise<Digest[]> {
  const manifest = parseManifest(root.raw, root.mediaType, root.digest);
  const all = [root.digest];
  for (const child of manifest.kind === 'index' && depth < MAX_DEPTH ? manifest.manifests : []) {
    if (!isIndexType(child.mediaType)) all.push(child.digest);
    else all.push(...(await digestsOf(source, await source.manifest(child), depth + 1)));
  }
  return all;
}

class Copy {
  readonly #source: ImageSource;
  readonly #target: ImageTarget;
  readonly #options: CopyOptions;
  readonly #manifests = new Set<Digest>();
  readonly #blobs = new Map<Digest, Promise<void>>();
  readonly #counts = { there: 0, mounted: 0, copied: 0 };
  readonly #missing: Digest[] = [];
  #attached = 0;
  #bytes = 0;

  constructor(source: ImageSource, target: ImageTarget, options: CopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  async run(): Promise<CopyResult> {
    const { tag, digest } = this.#target;
    const root = this.#options.root ?? (await chosenRoot(this.#source, this.#options.platform));
    if (digest !== undefined && digest !== root.digest)
      throw new AssayError(
        'digest-mismatch',
        `the image has the digest ${root.digest}, not the one in ${this.#target.name}`,
      );
    await this.#tree(root, 0);
    if (this.#options.attachments) for (const each of Array.from(this.#manifests)) await this.#attachmentsOf(each, 0);
    await this.#target.putManifest(root, { kind: 'root', ...(tag !== undefined && { tag }) });
    await this.#target.finish();
    return {
      digest: root.digest,
      mediaType: root.mediaType,
      tag,
      manifests: this.#manifests.size - this.#attached,
      attached: this.#attached,
      blobs: this.#counts,
      bytes: this.#bytes,
      missing: this.#missing,
    };
  }

  /** Blobs and children of a manifest, then the manifest itself, by its digest. */
  async #tree(found: RawManifest, depth: number): Promise<Manifest | undefined> {
    if (this.#manifests.has(found.digest)) return undefined;
    if (this.#manifests.size >= MAX_MANIFESTS || depth > MAX_DEPTH)
      throw new AssayError(
        'content-budget-exceeded',
        `more than ${MAX_MANIFESTS} manifests, or nested deeper than ${MAX_DEPTH}`,
      );
    this.#manifests.add(found.digest);
    const manifest = parseManifest(found.raw, found.mediaType, found.digest);
    if (manifest.kind === 'image') await this.#blobsOf(manifest);
    else
      for (const child of manifest.manifests) {
        if (!isImageManifestType(child.mediaType) && !isIndexType(child.mediaType)) continue;
        const part = await this.#child(child);
        if (part) await this.#tree(part, depth + 1);
      }
    await this.#target.putManifest(found, { kind: 'child' });
    return manifest;
  }

  /** A sparse index lists images that its registry does not hold; the rest is copied and the gap is told. */
  async #child(descriptor: Descriptor): Promise<RawManifest | undefined> {
    try {
      return await this.#source.manifest(descriptor);
    } catch (error) {
      if (!isAssayError(error, 'manifest-unknown')) throw error;
      this.#missing.push(descriptor.digest);
      return undefined;
    }
  }

  async #blobsOf(manifest: ImageManifest): Promise<void> {
    const waiting = [...requiredBlobs(manifest)];
    const work = async () => {
      for (let blob = waiting.shift(); blob; blob = waiting.shift()) await this.#blob(blob);
    };
    const done = await Promise.allSettled(
      Array.from({ length: PARALLEL }, async () => {
        try {
          await work();
        } catch (error) {
          waiting.length = 0;
          throw error;
        }
      }),
    );
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }

  /** Once for each digest, however many images share it. */
  #blob(blob: Descriptor): Promise<void> {
    const running = this.#blobs.get(blob.digest) ?? this.#putBlob(blob);
    this.#blobs.set(blob.digest, running);
    return running;
  }

  async #putBlob(blob: Descriptor): Promise<void> {
    const { progress } = this.#options;
    const source = this.#source;
    const count = (bytes: number) => {
      this.#bytes += bytes;
      progress?.(blob, bytes, undefined);
    };
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of source.blob(blob)) {
        count(chunk.length);
        yield chunk;
      }
    }
    const arrival = await this.#target.putBlob({ digest: blob.digest, size: blob.size }, counted);
    this.#counts[arrival]++;
    progress?.(blob, 0, arrival);
  }

  /** Referrers by the registry's list, and the tags that cosign made before there was one; both may refer on. */
  async #attachmentsOf(subject: Digest, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) return;
    for (const descriptor of await this.#source.referrers(subject)) {
      const found = await this.#child(descriptor);
      if (found) await this.#attach(found, undefined, depth);
    }
    for (const suffix of LEGACY_SUFFIXES) {
      const tag = `${algorithmOf(subject)}-${hexOf(subject)}.${suffix}`;
      if (tag.length > 128) continue;
      const found = await this.#source.tagged(tag);
      if (found) await this.#attach(found, tag, depth);
    }
  }

  async #attach(found: RawManifest, tag: string | undefined, depth: number): Promise<void> {
    const before = this.#manifests.size;
    await this.#tree(found, 0);
    this.#attached += this.#manifests.size - before;
    await this.#target.putManifest(found, { kind: 'attached', ...(tag !== undefined && { tag }) });
    if (this.#manifests.size > before) await this.#attachmentsOf(found.digest, depth + 1);
  }
}
