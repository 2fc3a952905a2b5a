import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { cleanPath } from '../../lib/tar.ts';
import { type Digest, Digester, digestOf, isDigest } from '../../oci/digest.ts';
import { MAX_CONFIG_BYTES, parseImageConfig } from '../../oci/image-config.ts';
import { MAX_MANIFEST_BYTES } from '../../oci/manifest.ts';
import { mediaTypes } from '../../oci/media-types.ts';
import { type FileReference, formatReference } from '../../oci/reference.ts';
import { verified } from '../../oci/verified.ts';
import type { ImageSource, RawManifest } from '../../ports/image-source.ts';
import { openArchive } from './archive-file.ts';
import { openLayout } from './layout-source.ts';
import { type FileTree, readWhole } from './tar-files.ts';

const entrySchema = z.object({
  Config: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  Layers: z.array(z.string()).max(10_000).nullish(),
});
const listSchema = z.array(entrySchema).min(1).max(10_000);
type Entry = z.output<typeof entrySchema>;

/** `docker-archive:FILE[:NAME]`: what `docker save` writes, of old engines and of those that write a layout inside. */
export async function openDockerArchive(reference: FileReference): Promise<ImageSource> {
  const tree = await openArchive(reference.path);
  try {
    return await openDockerTree(tree, reference, formatReference(reference));
  } catch (error) {
    await tree[Symbol.asyncDispose]();
    throw error;
  }
}

/** The layout inside is taken where there is one: it holds the manifest as it was pulled or built. */
export async function openDockerTree(
  tree: FileTree,
  wanted: { name: string | undefined; position: number | undefined },
  shown: string,
): Promise<ImageSource> {
  if ((await tree.size('oci-layout')) !== undefined && (await tree.size('index.json')) !== undefined) {
    return openLayout(tree, wanted, shown);
  }
  const bytes = await readWhole(tree, 'manifest.json', MAX_MANIFEST_BYTES);
  if (!bytes) throw new AssayError('input-invalid', `${shown} is no archive of docker save: manifest.json is missing`);
  const list = listSchema.safeParse(parseStrictJson(bytes, { maxBytes: MAX_MANIFEST_BYTES, maxDepth: 16 }));
  if (!list.success)
    throw new AssayError(
      'content-malformed',
      `${shown}: manifest.json is not valid at /${list.error.issues[0]?.path.join('/') ?? ''}`,
    );
  return openEntry(tree, choose(list.data, wanted, shown), shown);
}

function withTag(name: string): string {
  return isDigest(name) || name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
}

function choose(
  entries: readonly Entry[],
  { name, position }: { name: string | undefined; position: number | undefined },
  shown: string,
): Entry {
  const names = entries.flatMap((each) => each.RepoTags ?? []);
  if (position !== undefined) {
    const entry = entries[position];
    if (entry) return entry;
    throw new AssayError('manifest-unknown', `${shown} holds ${entries.length} images; there is no @${position}`);
  }
  if (name === undefined) {
    if (entries.length === 1) return entries[0]!;
    throw new AssayError(
      'reference-invalid',
      `${shown} holds ${entries.length} images; name one: ${names.slice(0, 20).join(', ') || '@0, @1 …'}`,
    );
  }
  const spelled = [
    withTag(name),
    ...['docker.io/library/', 'docker.io/'].map((prefix) => withTag(name).replace(prefix, '')),
  ];
  const entry = entries.find((each) =>
    each.RepoTags?.some(
      (tag) =>
        spelled.includes(tag) || tag === `docker.io/library/${withTag(name)}` || tag === `docker.io/${withTag(name)}`,
    ),
  );
  if (entry) return entry;
  throw new AssayError(
    'manifest-unknown',
    `${shown} holds no image named ${JSON.stringify(name.slice(0, 80))}; it holds ${names.slice(0, 20).join(', ') || 'none with a name'}`,
  );
}

interface LayerFile {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly mediaType: string;
}

/**
 * An old archive has no manifest. One is made from its parts (Docker image manifest version 2, schema 2), with the
 * layers as they are in the file, so that its digest is not that of a registry.
 */
async function openEntry(tree: FileTree, entry: Entry, shown: string): Promise<ImageSource> {
  const configPath = inArchive(entry.Config, shown);
  const config = await readWhole(tree, configPath, MAX_CONFIG_BYTES);
  if (!config)
    throw new AssayError('content-malformed', `${shown}: the configuration ${entry.Config.slice(0, 100)} is missing`);
  const diffIds = parseImageConfig(config).rootfs?.diff_ids ?? [];
  const paths = (entry.Layers ?? []).map((each) => inArchive(each, shown));
  if (diffIds.length !== paths.length)
    throw new AssayError(
      'content-malformed',
      `${shown}: the configuration names ${diffIds.length} layers and the archive ${paths.length}`,
    );
  const layers: LayerFile[] = [];
  for (const [position, path] of paths.entries()) layers.push(await layerFile(tree, path, diffIds[position]!, shown));
  const configDigest = digestOf(config);
  const root = manifestOf({ digest: configDigest, size: config.length }, layers);
  const files = new Map(layers.map((each) => [each.digest, each.path]));
  files.set(configDigest, configPath);
  return {
    name: shown,
    root: async () => root,
    async manifest({ digest }) {
      if (digest === root.digest) return root;
      throw new AssayError('manifest-unknown', `${shown} does not hold the manifest ${digest}`);
    },
    async *blob(descriptor) {
      const path = files.get(descriptor.digest);
      if (path === undefined)
        throw new AssayError('blob-unknown', `${shown} does not hold the blob ${descriptor.digest}`);
      yield* verified(tree.open(path), descriptor);
    },
    referrers: async () => [],
    tagged: async () => undefined,
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}

function inArchive(path: string, shown: string): string {
  const clean = cleanPath(path);
  if (clean === undefined || clean === '')
    throw new AssayError(
      'content-malformed',
      `${shown}: manifest.json names the path ${JSON.stringify(path.slice(0, 100))}`,
    );
  return clean;
}

/** An uncompressed layer is known by its diff id; the digest of a compressed one has to be computed. */
async function layerFile(tree: FileTree, path: string, diffId: string, shown: string): Promise<LayerFile> {
  const size = await tree.size(path);
  if (size === undefined)
    throw new AssayError('content-malformed', `${shown}: the layer ${path.slice(0, 100)} is missing`);
  const compression = await compressionOf(tree, path);
  if (compression === undefined && isDigest(diffId))
    return { path, size, digest: diffId, mediaType: mediaTypes.dockerLayer };
  const digester = new Digester('sha256');
  for await (const chunk of tree.open(path)) digester.update(chunk);
  const mediaType =
    compression === 'zstd'
      ? mediaTypes.ociLayerZstd
      : compression === 'gzip'
        ? mediaTypes.dockerLayerGzip
        : mediaTypes.dockerLayer;
  return { path, size, digest: digester.digest(), mediaType };
}

async function compressionOf(tree: FileTree, path: string): Promise<'gzip' | 'zstd' | undefined> {
  for await (const chunk of tree.open(path)) {
    if (chunk[0] === 0x1f && chunk[1] === 0x8b) return 'gzip';
    if (chunk[0] === 0x28 && chunk[1] === 0xb5 && chunk[2] === 0x2f && chunk[3] === 0xfd) return 'zstd';
    return undefined;
  }
  return undefined;
}

function manifestOf(config: { digest: Digest; size: number }, layers: readonly LayerFile[]): RawManifest {
  const raw = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { mediaType: mediaTypes.dockerConfig, size: config.size, digest: config.digest },
      layers: layers.map(({ mediaType, size, digest }) => ({ mediaType, size, digest })),
    }),
  );
  return { raw, digest: digestOf(raw), mediaType: mediaTypes.dockerManifest };
}
