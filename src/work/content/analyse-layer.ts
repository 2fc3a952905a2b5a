import { emptyFileList } from '../../content/image/file-list.ts';
import type { LayerContents } from '../../content/image/layer-contents.ts';
import { ANALYSER_VERSION } from '../../content/inventory/package.ts';
import { isAssayError } from '../../lib/error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { isLayerType } from '../../oci/media-types.ts';
import type { LayerAnalyser } from '../../ports/layer-analyser.ts';

/**
 * The contents of one layer, wherever its bytes are. What cannot be read gives contents that say so, never empty
 * ones that look clean; a failure of the analysis itself is thrown.
 */
export async function analyseLayer(
  analyser: LayerAnalyser,
  layer: Descriptor,
  open: () => AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<LayerContents> {
  if (!isLayerType(layer.mediaType))
    return emptyLayer('unsupported', `layers of type ${layer.mediaType.slice(0, 100)} are not read`);
  try {
    const found = await analyser.analyse(open(), { ...(signal && { signal }) });
    const { links } = found.inventory;
    if (!links) return found;
    const again = await analyser.analyse(open(), { ...(signal && { signal }), links });
    const { links: _, ...inventory } = again.inventory;
    return { inventory, files: again.files };
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
): LayerContents {
  const inventory = {
    schemaVersion: 1 as const,
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
  return { inventory, files: emptyFileList };
}
