import { parseLayerInventory } from '../inventory/layer-inventory.ts';
import type { LayerInventory } from '../inventory/package.ts';
import { fromColumns } from './file-columns.ts';
import type { FileList } from './file-list.ts';

/** Everything that one pass over a layer gives: what it means, and the list of its files. */
export interface LayerContents {
  readonly inventory: LayerInventory;
  readonly files: FileList;
}

/** Reads what the analysis process answers; throws `analysis-failed`. */
export function parseLayerContents(value: { readonly inventory?: unknown; readonly files?: unknown }): LayerContents {
  const list = value.files as { columns?: unknown; cut?: unknown } | undefined;
  return {
    inventory: parseLayerInventory(value.inventory),
    files: { files: fromColumns(list?.columns), cut: list?.cut === true },
  };
}
