import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { algorithmOf, digestOf, hexOf, type Digest } from '../../oci/digest.ts';
import { type ImageIndex, MAX_MANIFEST_BYTES, type Manifest, parseManifest } from '../../oci/manifest.ts';
import { isImageManifestType, isIndexType } from '../../oci/media-types.ts';
import { type Expected, verified } from '../../oci/verified.ts';
import type { ImageSource, RawManifest } from '../../ports/image-source.ts';
import { type FileTree, readWhole } from './tar-files.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
/** Written by containerd and docker: the full name of the image, where ref.name holds the tag alone. */
const IMAGE_NAME = 'io.containerd.image.name';
const MAX_DEPTH = 4;

export function blobPath(digest: Digest): string {
  return `blobs/${algorithmOf(digest)}/${hexOf(digest)}`;
}

/** An image in an OCI image layout (OCI image specification 1.1, "Image Layout"), whatever holds its files. */
export async function openLayout(
  tree: FileTree,
  wanted: { name: string | undefined; position: number | undefined },
  shown: string,
): Promise<ImageSource> {
  const index = await readIndex(tree, shown);
  const entry = choose(index, wanted, shown);
  const manifest = (descriptor: Expected) => readManifest(tree, descriptor, shown);
  return {
    name: shown,
    root: () => manifest(entry),
    manifest,
    blob: (descriptor) => verified(openBlob(tree, descriptor, shown), descriptor),
    referrers: (subject) => referrersOf(index, subject, manifest),
    async tagged(tag) {
      const found = index.manifests.find((each) => nameOf(each) === tag);
      return found && (await manifest(found));
    },
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}

async function* openBlob(tree: FileTree, descriptor: Expected, shown: string): AsyncGenerator<Uint8Array> {
  const path = blobPath(descriptor.digest);
  if ((await tree.size(path)) === undefined)
    throw new AssayError('blob-unknown', `${shown} does not hold the blob ${descriptor.digest}`);
  yield* tree.open(path);
}

async function readIndex(tree: FileTree, shown: string): Promise<ImageIndex> {
  const layout = await readWhole(tree, 'oci-layout', 64 * 1024);
  const raw = layout && (await readWhole(tree, 'index.json', MAX_MANIFEST_BYTES));
  if (!raw)
    throw new AssayError('input-invalid', `${shown} is no OCI image layout: oci-layout or index.json is missing`);
  const version = parseStrictJson(layout, { maxBytes: 64 * 1024, maxDepth: 16 });
  if (typeof version !== 'object' || version === null || !('imageLayoutVersion' in version))
    throw new AssayError('content-malformed', `${shown}: oci-layout names no imageLayoutVersion`);
  const index = parseManifest(raw, undefined);
  if (index.kind !== 'index') throw new AssayError('content-malformed', `${shown}: index.json is no image index`);
  return index;
}

function nameOf(entry: Descriptor): string | undefined {
  return entry.annotations?.[REF_NAME];
}

/** By name, by position, or the one image there is; referrers of an image do not make it ambiguous. */
function choose(
  index: ImageIndex,
  { name, position }: { name: string | undefined; position: number | undefined },
  shown: string,
): Descriptor {
  if (position !== undefined) {
    const entry = index.manifests[position];
    if (entry) return entry;
    throw new AssayError(
      'manifest-unknown',
      `${shown} holds ${index.manifests.length} entries; there is no @${position}`,
    );
  }
  const images = index.manifests.filter((each) => isImageManifestType(each.mediaType) || isIndexType(each.mediaType));
  const names = [...new Set(images.flatMap((each) => nameOf(each) ?? []))];
  if (name !== undefined) {
    const entry =
      images.find((each) => nameOf(each) === name) ??
      images.find((each) => sameImage(each.annotations?.[IMAGE_NAME], name)) ??
      images.find((each) => each.digest === name);
    if (entry) return entry;
    throw new AssayError(
      'manifest-unknown',
      `${shown} holds no image named ${JSON.stringify(name.slice(0, 80))}; it holds ${names.slice(0, 20).join(', ') || 'none with a name'}`,
    );
  }
  const named = images.filter((each) => nameOf(each) !== undefined && !/^sha(?:256|512)-/.test(nameOf(each)!));
  const among = named.length > 0 ? named : images;
  const digests = new Set(among.map((each) => each.digest));
  if (among[0] && digests.size === 1) return among[0];
  throw new AssayError(
    'reference-invalid',
    among.length === 0
      ? `${shown} holds no image`
      : `${shown} holds ${digests.size} images; name one: ${names.slice(0, 20).join(', ') || '@0, @1 …'}`,
  );
}

/** `shop/app` means `docker.io/shop/app:latest` where docker wrote the name. */
function sameImage(full: string | undefined, name: string): boolean {
  if (full === undefined) return false;
  const tagged = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
  return [tagged, `docker.io/${tagged}`, `docker.io/library/${tagged}`].includes(full);
}

async function readManifest(tree: FileTree, descriptor: Expected, shown: string): Promise<RawManifest> {
  const raw = await readWhole(tree, blobPath(descriptor.digest), MAX_MANIFEST_BYTES);
  if (!raw) throw new AssayError('manifest-unknown', `${shown} does not hold the manifest ${descriptor.digest}`);
  const actual = digestOf(raw, algorithmOf(descriptor.digest));
  if (actual !== descriptor.digest)
    throw new AssayError('digest-mismatch', `the manifest ${descriptor.digest} in ${shown} has the digest ${actual}`);
  return { raw, digest: actual, mediaType: parseManifest(raw, undefined, actual).mediaType };
}

/** A layout has no list of referrers; what its index names is asked for its subject. */
async function referrersOf(
  index: ImageIndex,
  subject: Digest,
  read: (descriptor: Expected) => Promise<RawManifest>,
): Promise<Descriptor[]> {
  const found: Descriptor[] = [];
  const visit = async (entries: readonly Descriptor[], depth: number): Promise<void> => {
    for (const entry of entries) {
      if (!isImageManifestType(entry.mediaType) && !isIndexType(entry.mediaType)) continue;
      const manifest = await attempt(() => read(entry));
      if (!manifest) continue;
      if (manifest.subject?.digest === subject && !found.some((each) => each.digest === entry.digest))
        found.push({
          mediaType: manifest.mediaType,
          digest: manifest.digest,
          size: manifest.raw.length,
          ...(manifest.artifactType !== undefined && { artifactType: manifest.artifactType }),
        });
      if (manifest.kind === 'index' && depth < MAX_DEPTH && manifest.digest !== subject)
        await visit(manifest.manifests, depth + 1);
    }
  };
  const attempt = async (work: () => Promise<RawManifest>): Promise<Manifest | undefined> => {
    try {
      const { raw, mediaType, digest } = await work();
      return parseManifest(raw, mediaType, digest);
    } catch (error) {
      if (error instanceof AssayError) return undefined;
      throw error;
    }
  };
  await visit(index.manifests, 0);
  return found;
}
