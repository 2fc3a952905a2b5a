import type { LayerInventory } from '../content/inventory/package.ts';

/** Takes one layer apart. Throws `analysis-failed`, `content-malformed` or `content-budget-exceeded`. */
export interface LayerAnalyser {
  analyse(bytes: AsyncIterable<Uint8Array>, options?: { signal?: AbortSignal }): Promise<LayerInventory>;
  /** What confines the analysis here, in words, for `assay status`. */
  confinement(): Promise<readonly string[]>;
}
