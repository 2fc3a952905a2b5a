import { type DependencyGraph, dependencyGraph } from '../../content/image/dependencies.ts';
import { LayerArtefact } from '../../content/image/layer-artefact.ts';
import { squash } from '../../content/image/squash.ts';
import { ANALYSER_VERSION, type InstalledPackage, type LayerInventory } from '../../content/inventory/package.ts';
import { AssayError } from '../../lib/error.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Database } from '../../ports/database.ts';
import type { ReadImage } from './read-image.ts';

export interface ImageDependencies extends DependencyGraph {
  readonly packages: readonly InstalledPackage[];
}

/**
 * Who needs whom in an image, from the inventories of its layers as they are kept: no layer is read again. Throws
 * `not-analysed` while one of them is missing.
 */
export async function imageDependencies(
  { database, blobStore }: { database: Database; blobStore: BlobStore },
  { manifest, config }: ReadImage,
): Promise<ImageDependencies> {
  if (manifest.kind !== 'image') throw new AssayError('unsupported', 'this is an index of several images; name one');
  const inventories: LayerInventory[] = [];
  for (const { digest } of manifest.layers) {
    const known = await database.records.content.layerAnalysis(digest, ANALYSER_VERSION);
    if (!known) throw new AssayError('not-analysed', 'a layer has not been read yet', { retryAfter: 1 });
    await using reader = await blobStore.open(known.storageKey);
    inventories.push(await (await LayerArtefact.open(reader)).inventory());
  }
  const { packages } = squash(inventories, config?.config?.Labels);
  return { packages, ...dependencyGraph(packages) };
}
