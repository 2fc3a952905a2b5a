import type { LayerContents } from '../content/image/layer-contents.ts';
import type { Digest } from '../oci/digest.ts';

/** Contents of layers that were read before, by this version of the analysers; a loss costs time only. */
export interface InventoryCache {
  get(layer: Digest): Promise<LayerContents | undefined>;
  put(layer: Digest, contents: LayerContents): Promise<void>;
}
