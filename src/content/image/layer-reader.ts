import type { AssayError } from '../../lib/error.ts';
import { isAssayError } from '../../lib/error.ts';
import { type TarEntry, type TarLimits, TarReader } from '../../lib/tar.ts';
import type { Analyser } from '../inventory/analyser.ts';
import {
  ANALYSER_VERSION,
  type DistributionEvidence,
  type Evidence,
  type Incomplete,
  type LayerInventory,
} from '../inventory/package.ts';

export const layerLimits: TarLimits = { maxEntries: 2_000_000, maxPathBytes: 4096, maxHeaderBytes: 1024 * 1024 };

const MAX_INCOMPLETE = 200;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

interface Collected {
  readonly entry: TarEntry;
  readonly readers: readonly Analyser[];
  readonly bytes: Uint8Array;
  filled: number;
}

/** One pass over the uncompressed tar of a layer: write its bytes, then ask for the inventory. */
export class LayerReader {
  readonly #analysers: readonly Analyser[];
  readonly #tar: TarReader;
  readonly #evidence: Evidence[] = [];
  readonly #distributions: DistributionEvidence[] = [];
  readonly #whiteouts: string[] = [];
  readonly #opaque: string[] = [];
  readonly #replaced: string[] = [];
  readonly #incomplete: Incomplete[] = [];
  #collected: Collected | undefined;

  constructor(analysers: readonly Analyser[], limits: TarLimits = layerLimits) {
    this.#analysers = analysers;
    this.#tar = new TarReader(
      {
        entry: (entry) => this.#entry(entry),
        data: (chunk) => this.#data(chunk),
        end: () => this.#end(),
        refused: (path, reason) => this.#note({ code: 'malformed', path, detail: reason }),
      },
      limits,
    );
  }

  write(chunk: Uint8Array): void {
    this.#tar.write(chunk);
  }

  /** Ends the layer. A stream that broke off gives what was read so far, marked incomplete. */
  finish(end: { diffId: string; uncompressedSize: number; broken?: AssayError | undefined }): LayerInventory {
    const broken = end.broken ?? attempt(() => this.#tar.end());
    if (broken)
      this.#note(
        { code: broken.code === 'content-budget-exceeded' ? 'budget-exceeded' : 'malformed', detail: broken.message },
        true,
      );
    return {
      schemaVersion: 1,
      analyserVersion: ANALYSER_VERSION,
      diffId: end.diffId,
      uncompressedSize: end.uncompressedSize,
      entries: this.#tar.entries,
      evidence: this.#evidence,
      distributions: this.#distributions,
      whiteouts: this.#whiteouts,
      opaque: this.#opaque,
      replaced: this.#replaced,
      incomplete: this.#incomplete,
    };
  }

  #note(incomplete: Incomplete, always = false): void {
    if (always || this.#incomplete.length < MAX_INCOMPLETE) this.#incomplete.push(incomplete);
  }

  #entry(entry: TarEntry): boolean {
    const slash = entry.path.lastIndexOf('/');
    const base = entry.path.slice(slash + 1);
    if (base.startsWith(WHITEOUT)) {
      this.#whiteout(slash < 0 ? '' : entry.path.slice(0, slash), base);
      return false;
    }
    const readers = this.#analysers.filter((each) => each.wants(entry.path, entry.size, entry.mode));
    if (readers.length === 0) return false;
    if (entry.type !== 'file') {
      if (entry.type !== 'directory') this.#replaced.push(entry.path);
      return false;
    }
    const limit = Math.max(...readers.map((each) => each.maxBytes));
    if (entry.size > limit) {
      this.#replaced.push(entry.path);
      this.#note({
        code: 'budget-exceeded',
        path: entry.path,
        detail: `the file has ${entry.size} bytes; at most ${limit} are read`,
      });
      return false;
    }
    this.#collected = { entry, readers, bytes: new Uint8Array(entry.size), filled: 0 };
    return true;
  }

  #whiteout(directory: string, base: string): void {
    if (base === OPAQUE) this.#opaque.push(directory);
    else if (!base.startsWith('.wh..wh.')) {
      const name = base.slice(WHITEOUT.length);
      this.#whiteouts.push(directory ? `${directory}/${name}` : name);
    }
  }

  #data(chunk: Uint8Array): void {
    const collected = this.#collected;
    if (!collected) return;
    collected.bytes.set(chunk, collected.filled);
    collected.filled += chunk.length;
  }

  #end(): void {
    const collected = this.#collected;
    this.#collected = undefined;
    if (!collected) return;
    const { path, size, mode } = collected.entry;
    this.#replaced.push(path);
    for (const analyser of collected.readers) {
      try {
        const found = analyser.read({ path, size, mode, bytes: collected.bytes });
        if (found && 'evidence' in found) this.#evidence.push(found.evidence);
        else if (found) this.#distributions.push(found.distribution);
      } catch (error) {
        const detail = isAssayError(error) ? error.message : `the ${analyser.name} reader failed`;
        this.#note({ code: 'malformed', path, detail });
      }
    }
  }
}

function attempt(work: () => void): AssayError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isAssayError(error)) return error;
    throw error;
  }
}
