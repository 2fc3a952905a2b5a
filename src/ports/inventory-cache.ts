import type { LayerInventory } from '../content/inventory/package.ts';
import type { Digest } from '../oci/digest.ts';

/** Inventories of layers that were read before, by this version of the analysers; a loss costs time only. */
export interface InventoryCache {
  get(layer: Digest): Promise<LayerInventory | undefined>;
  put(layer: Digest, inventory: LayerInventory): Promise<void>;
}
