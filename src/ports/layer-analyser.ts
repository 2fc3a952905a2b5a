import type { LayerContents } from '../content/image/layer-contents.ts';
import type { HardLink } from '../content/inventory/package.ts';

export interface AnalyseOptions {
  readonly signal?: AbortSignal;
  /** Hard links that a first pass over the same layer left open (`LayerInventory.links`). */
  readonly links?: readonly HardLink[];
}

/** Takes one layer apart. Throws `analysis-failed`, `content-malformed` or `content-budget-exceeded`. */
export interface LayerAnalyser {
  analyse(bytes: AsyncIterable<Uint8Array>, options?: AnalyseOptions): Promise<LayerContents>;
  /** What confines the analysis here, in words, for `assay status`. */
  confinement(): Promise<readonly string[]>;
}
