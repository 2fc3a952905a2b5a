import type { LayerNotes } from './layer-notes.ts';

/** What the names of whiteout files begin with (OCI image specification, "Whiteouts"). */
export const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const MAX_WHITEOUTS = 500_000;

/** What a layer takes away from those below it. */
export class Whiteouts {
  readonly paths: string[] = [];
  /** Folders whose contents below are hidden. */
  readonly opaque: string[] = [];

  /** Takes in a whiteout file by its folder and name; tells what it removes, if it is one. */
  add(directory: string, base: string, notes: LayerNotes): { path: string; kind: 'opaque' | 'whiteout' } | undefined {
    if (this.opaque.length + this.paths.length >= MAX_WHITEOUTS) {
      notes.add({ code: 'budget-exceeded', detail: `more than ${MAX_WHITEOUTS} whiteouts` });
      return undefined;
    }
    if (base === OPAQUE) {
      this.opaque.push(directory);
      return { path: directory, kind: 'opaque' };
    }
    if (base.startsWith('.wh..wh.') || base.length <= WHITEOUT.length) return undefined;
    const name = base.slice(WHITEOUT.length);
    const path = directory ? `${directory}/${name}` : name;
    this.paths.push(path);
    return { path, kind: 'whiteout' };
  }
}
