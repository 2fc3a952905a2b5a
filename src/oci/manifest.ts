import { z } from 'zod';
import { AssayError } from '../lib/error.ts';
import { parseStrictJson } from '../lib/strict-json.ts';
import { annotationsSchema, type Descriptor, descriptorSchema } from './descriptor.ts';
import { type Digest, digestOf } from './digest.ts';
import { isImageConfigType, isImageManifestType, isIndexType, isNonDistributable, mediaTypes } from './media-types.ts';

/** Largest manifest that is stored, in bytes; the specification asks for at least 4 MiB. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_REFERENCES = 10_000;

interface Common {
  /** The bytes as pushed; digests and signatures are over these. */
  readonly raw: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
  /** What the referrers list calls this manifest: artifactType, else the configuration's media type (images only). */
  readonly artifactType: string | undefined;
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ImageManifest extends Common {
  readonly kind: 'image';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** True when it can be run: the configuration is that of an image, not of an artifact. */
  readonly runnable: boolean;
}

export interface ImageIndex extends Common {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export type Manifest = ImageManifest | ImageIndex;

const base = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().min(1).max(255).optional(),
  subject: descriptorSchema.nullish(),
  annotations: annotationsSchema.nullish(),
};
const imageSchema = z.object({
  ...base,
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(MAX_REFERENCES).nullish(),
});
const indexSchema = z.object({ ...base, manifests: z.array(descriptorSchema).max(MAX_REFERENCES).nullish() });

/**
 * The one reader of manifests, used for storing, policy, scanning and removal of garbage alike. Refuses what two
 * readers could understand differently (CVE-2021-41190): duplicate keys, a document that is both image and index, a
 * mediaType other than the Content-Type. Throws `manifest-invalid` or `manifest-too-large`.
 */
export function parseManifest(
  raw: Uint8Array,
  contentType: string | undefined,
  digest: Digest = digestOf(raw),
): Manifest {
  if (raw.length > MAX_MANIFEST_BYTES)
    throw new AssayError(
      'manifest-too-large',
      `the manifest has ${raw.length} bytes; at most ${MAX_MANIFEST_BYTES} are stored`,
    );
  const value = readObject(raw);
  const mediaType = mediaTypeOf(value, contentType);
  if (isIndexType(mediaType)) return readIndex(raw, digest, mediaType, value);
  if (isImageManifestType(mediaType)) return readImage(raw, digest, mediaType, value);
  throw new AssayError(
    'manifest-invalid',
    `manifests of type ${mediaType} are not stored here; push an OCI or Docker schema 2 manifest or index`,
  );
}

function readObject(raw: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseStrictJson(raw, { maxBytes: MAX_MANIFEST_BYTES, maxDepth: MAX_DEPTH });
  } catch (cause) {
    throw new AssayError(
      'manifest-invalid',
      `the manifest cannot be read: ${cause instanceof Error ? cause.message : 'not JSON'}`,
      { cause },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AssayError('manifest-invalid', 'the manifest is not a JSON object');
  const object = value as Record<string, unknown>;
  if (object['schemaVersion'] === 1)
    throw new AssayError(
      'manifest-invalid',
      'Docker schema 1 manifests are not stored; push again with a client newer than 2017',
    );
  const image = 'config' in object || 'layers' in object;
  if ('manifests' in object && image)
    throw new AssayError('manifest-invalid', 'the document is both an index (manifests) and an image (config, layers)');
  if ('fsLayers' in object || 'history' in object || 'signatures' in object)
    throw new AssayError('manifest-invalid', 'the document has members of a Docker schema 1 manifest');
  return object;
}

function mediaTypeOf(value: Record<string, unknown>, contentType: string | undefined): string {
  const own = value['mediaType'];
  if (own !== undefined && typeof own !== 'string')
    throw new AssayError('manifest-invalid', 'mediaType is not a string');
  if (own !== undefined && contentType !== undefined && own !== contentType)
    throw new AssayError(
      'manifest-invalid',
      `the Content-Type is ${contentType} but the manifest says ${own.slice(0, 100)}`,
    );
  const type = own ?? contentType ?? ('manifests' in value ? mediaTypes.ociIndex : mediaTypes.ociManifest);
  if ('manifests' in value ? isImageManifestType(type) : isIndexType(type) && 'config' in value)
    throw new AssayError('manifest-invalid', `the media type ${type} does not fit the members of the document`);
  return type;
}

function readImage(raw: Uint8Array, digest: Digest, mediaType: string, value: unknown): ImageManifest {
  const { config, layers, subject, annotations, artifactType } = check(imageSchema, value);
  return {
    kind: 'image',
    raw,
    digest,
    mediaType,
    config,
    layers: layers ?? [],
    subject: subject ?? undefined,
    annotations: annotations ?? {},
    artifactType: artifactType ?? config.mediaType,
    runnable: isImageConfigType(config.mediaType),
  };
}

function readIndex(raw: Uint8Array, digest: Digest, mediaType: string, value: unknown): ImageIndex {
  const { manifests, subject, annotations, artifactType } = check(indexSchema, value);
  return {
    kind: 'index',
    raw,
    digest,
    mediaType,
    manifests: manifests ?? [],
    subject: subject ?? undefined,
    annotations: annotations ?? {},
    artifactType,
  };
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AssayError(
    'manifest-invalid',
    `the manifest is not valid at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'unreadable'}`,
    {
      detail: result.error.issues
        .slice(0, 10)
        .map((each) => ({ pointer: `/${each.path.join('/')}`, detail: each.message })),
    },
  );
}

/** Blobs that must be in the repository before the manifest is stored: configuration and distributable layers. */
export function requiredBlobs(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind === 'index') return [];
  return [manifest.config, ...manifest.layers].filter((each) => !isNonDistributable(each.mediaType));
}
