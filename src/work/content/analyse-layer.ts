import { ANALYSER_VERSION, type LayerInventory } from '../../content/inventory/package.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { isLayerType } from '../../oci/media-types.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';

/**
 * The inventory of one layer, wherever its bytes are. What cannot be read gives an inventory that says so, never an
 * empty one that looks clean; a failure of the analysis itself is thrown.
 */
export async function analyseLayer(
  analyser: LayerAnalyser,
  layer: Descriptor,
  open: () => AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<LayerInventory> {
  if (!isLayerType(layer.mediaType))
    return emptyLayer('unsupported', `layers of type ${layer.mediaType.slice(0, 100)} are not read`);
  try {
    const found = await analyser.analyse(open(), { ...(signal && { signal }) });
    if (!found.links) return found;
    const { links: _, ...whole } = await analyser.analyse(open(), { ...(signal && { signal }), links: found.links });
    return whole;
  } catch (error) {
    if (isAssayError(error, 'content-budget-exceeded')) return emptyLayer('budget-exceeded', error.message);
    if (isAssayError(error, 'content-malformed')) return emptyLayer('malformed', error.message);
    if (isAssayError(error, 'blob-unknown')) return emptyLayer('unavailable', error.message);
    throw error;
  }
}

/** Stands in for a layer that was not read, with the reason. */
export function emptyLayer(
  code: 'unsupported' | 'unavailable' | 'budget-exceeded' | 'malformed',
  detail: string,
): LayerInventory {
  return {
    schemaVersion: 1,
    analyserVersion: ANALYSER_VERSION,
    diffId: `sha256:${'0'.repeat(64)}`,
    uncompressedSize: 0,
    entries: 0,
    evidence: [],
    distributions: [],
    whiteouts: [],
    opaque: [],
    replaced: [],
    incomplete: [{ code, detail }],
  };
}
