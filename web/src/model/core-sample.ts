/** Height of a row beside the core sample, in pixels. */
export const ROW = 36;
const GAP = 2;
const LEAST = 6;

export interface Stratum {
  /** Which layer row it belongs to. */
  readonly position: number;
  readonly top: number;
  readonly height: number;
  readonly rowTop: number;
}

/**
 * Strata beside rows: each layer's height follows the square root of its size, so that a 400-byte layer is still seen
 * beside one of 50 MB; steps without a layer take a row and no height.
 */
export function coreOf(layers: readonly { readonly size: number; readonly empty: boolean }[]): {
  readonly height: number;
  readonly strata: readonly Stratum[];
} {
  const height = Math.max(ROW, layers.length * ROW);
  const full = layers.flatMap((layer, position) =>
    layer.empty ? [] : [{ position, weight: Math.sqrt(Math.max(1, layer.size)) }],
  );
  const all = full.reduce((sum, each) => sum + each.weight, 0);
  const room = height - 16 - GAP * Math.max(0, full.length - 1) - LEAST * full.length;
  let top = 8;
  const strata = full.map(({ position, weight }) => {
    const own = Math.round((LEAST + (room * weight) / all) * 10) / 10;
    const stratum = { position, top, height: own, rowTop: position * ROW };
    top = Math.round((top + own + GAP) * 10) / 10;
    return stratum;
  });
  return { height, strata };
}
