import { LayerArtefact } from '../../content/image/layer-artefact.ts';
import { ANALYSER_VERSION } from '../../content/inventory/package.ts';
import { AssayError } from '../../lib/error.ts';
import type { Digest } from '../../oci/digest.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { ReadImage } from './read-image.ts';

/** What is kept of a layer of an image that the caller may see; closes with its bytes. */
export async function layerArtefact(
  { database, blobStore }: { database: Database; blobStore: BlobStore },
  { manifest }: ReadImage,
  layer: Digest,
): Promise<Pick<LayerArtefact, 'files' | 'count' | 'cut'> & AsyncDisposable> {
  if (manifest.kind !== 'image' || !manifest.layers.some((each) => each.digest === layer))
    throw new AssayError('blob-unknown', 'the image has no such layer');
  const known = await database.records.content.layerAnalysis(layer, ANALYSER_VERSION);
  if (!known) throw new AssayError('not-analysed', 'the layer has not been read yet', { retryAfter: 1 });
  const reader = await blobStore.open(known.storageKey);
  const artefact = await LayerArtefact.open(reader);
  return {
    count: artefact.count,
    cut: artefact.cut,
    files: (query) => artefact.files(query),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}
