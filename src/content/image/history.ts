import type { ImageConfig } from '../../oci/image-config.ts';

/** A step of an image's history, with the position of the layer it made or none when it made none. */
export interface HistoryStep {
  readonly instruction: string | undefined;
  readonly createdAt: string | undefined;
  readonly layer: number | undefined;
}

/**
 * Lays history over layers: entries that are not `empty_layer` made the layers in order (image specification,
 * "history"). Where the counts differ nothing is claimed: the layers stand without instructions.
 */
export function historySteps(config: ImageConfig | undefined, layerCount: number): HistoryStep[] {
  const history = config?.history ?? [];
  const making = history.filter((entry) => entry.empty_layer !== true).length;
  if (making !== layerCount)
    return Array.from({ length: layerCount }, (_, layer) => ({ instruction: undefined, createdAt: undefined, layer }));
  let layer = 0;
  return history.map((entry) => ({
    instruction: entry.created_by ? readable(entry.created_by) : undefined,
    createdAt: entry.created ?? undefined,
    layer: entry.empty_layer === true ? undefined : layer++,
  }));
}

/** `/bin/sh -c #(nop) CMD ["x"]` and BuildKit's `RUN /bin/sh -c x # buildkit` as the Dockerfile had them. */
function readable(createdBy: string): string {
  const text = createdBy.replace(/\s+# buildkit$/, '').trim();
  const nop = /^\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(text);
  if (nop) return nop[1]!.trim();
  const shell = /^(?:RUN )?(?:\|\d+ .*?)?\/bin\/sh -c\s+(.*)$/s.exec(text);
  return shell ? `RUN ${shell[1]!.trim()}` : text;
}
