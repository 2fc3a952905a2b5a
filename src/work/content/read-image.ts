import type { Viewer } from '../../access/viewer.ts';
import { type HistoryStep, historySteps } from '../../content/image/history.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from '../../oci/image-config.ts';
import { type Manifest, parseManifest } from '../../oci/manifest.ts';
import type { RepositoryName } from '../../oci/names.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { ImageAnalysis, ImageJudgement } from '../../ports/content-records.ts';
import type { Database } from '../../ports/database.ts';
import type { JobSummary } from '../../ports/queue.ts';
import type { Repository, StoredBlob } from '../../ports/registry-records.ts';
import type { ManifestReferenceText, Manifests } from '../registry/manifests.ts';
import { ANALYSE_IMAGE } from './jobs.ts';

/** An image as its readers need it: manifest, configuration and history over the layers. */
export interface ReadImage {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly config: ImageConfig | undefined;
  readonly steps: readonly HistoryStep[];
}

export async function readImage(
  parts: { manifests: Manifests; database: Database; blobs: BlobStore },
  viewer: Viewer,
  name: RepositoryName,
  reference: ManifestReferenceText,
): Promise<ReadImage> {
  const { repository, manifest: stored } = await parts.manifests.get(viewer, name, reference);
  const manifest = parseManifest(stored.raw, stored.mediaType, stored.digest);
  const config =
    manifest.kind === 'image' && manifest.runnable
      ? await readConfig(parts.blobs, await parts.database.records.registry.blob(repository, manifest.config.digest))
      : undefined;
  return {
    repository,
    manifest,
    config,
    steps: manifest.kind === 'image' ? historySteps(config, manifest.layers.length) : [],
  };
}

/** The configuration when it is there and readable; an image without one is still shown. */
export async function readConfig(blobs: BlobStore, blob: StoredBlob | undefined): Promise<ImageConfig | undefined> {
  if (!blob || blob.size > MAX_CONFIG_BYTES) return undefined;
  await using reader = await blobs.open(blob.storageKey);
  const bytes = new Uint8Array(reader.size);
  await reader.read(bytes, 0);
  try {
    return parseImageConfig(bytes);
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

/** Where the analysis of an image stands: its result, or its job, or neither. */
export interface Standing {
  readonly analysis: ImageAnalysis | undefined;
  readonly judgement: ImageJudgement | undefined;
  readonly job: JobSummary | undefined;
}

export async function standingOf(database: Database, digest: Digest): Promise<Standing> {
  const { content, jobs } = database.records;
  // The job is asked first: it goes only after the result is stored, so that one of both is always seen.
  const pending = await jobs.pending(ANALYSE_IMAGE, digest);
  const analysis = await content.imageAnalysis(digest);
  const judgement = analysis && (await content.judgement(digest));
  return { analysis, judgement, job: judgement ? undefined : pending };
}
