import { type AssayError, isAssayError } from '../../lib/error.ts';
import { cleanPath, type TarEntry, type TarLimits, TarReader } from '../../lib/tar.ts';
import type { Analyser } from '../inventory/analyser.ts';
import {
  ANALYSER_VERSION,
  type DeclaredLicences,
  type RepositoryEvidence,
  type DistributionEvidence,
  type Evidence,
  type HardLink,
} from '../inventory/package.ts';
import { type FileExaminer, fileExaminers } from '../findings/examiner.ts';
import { HeldFiles } from './held-files.ts';
import type { LayerContents } from './layer-contents.ts';
import { LayerNotes } from './layer-notes.ts';
import { LayerSurvey } from './layer-survey.ts';
import { OwnerBook } from './owned-files.ts';
import { WHITEOUT, Whiteouts } from './whiteouts.ts';

export const layerLimits: TarLimits = { maxEntries: 2_000_000, maxPathBytes: 4096, maxHeaderBytes: 1024 * 1024 };

const MAX_LINKS = 1000;
const MAX_REPLACED = 500_000;
const MAX_SIZES = 200_000;
const HEAD = 64;
/** Directories that hold packages: a file of such a name hides what stood below them in lower layers. */
const HOLDERS = /(?:^|\/)(?:node_modules|site-packages|dist-packages|dpkg|status\.d|apk|rpm|[^/]*\.(?:dist|egg)-info)$/;

interface Collected {
  readonly entry: TarEntry;
  /** The path itself and hard links to it, each with those who read it. */
  readonly readings: { readonly path: string; readonly readers: readonly Analyser[] }[];
  bytes: Uint8Array;
  filled: number;
  begun: boolean;
}

/** One pass over the uncompressed tar of a layer: write its bytes, then ask for the inventory. */
export class LayerReader {
  readonly #analysers: readonly Analyser[];
  readonly #folderAnalysers: readonly Analyser[];
  readonly #tar: TarReader;
  readonly #targets: ReadonlyMap<string, readonly string[]>;
  readonly #owners = new OwnerBook();
  readonly #survey: LayerSurvey;
  readonly #evidence: Evidence[] = [];
  readonly #distributions: DistributionEvidence[] = [];
  readonly #licences: DeclaredLicences[] = [];
  readonly #repositories: RepositoryEvidence[] = [];
  readonly #whiteouts = new Whiteouts();
  readonly #replaced: string[] = [];
  readonly #links: HardLink[] = [];
  readonly #notes = new LayerNotes();
  /** Who has looked into which file of this layer. */
  readonly #known = new Map<string, Set<Analyser>>();
  /** Sizes of regular files, for the hard links to them. */
  readonly #sizes = new Map<string, number>();
  readonly #met = new Set<string>();
  readonly #held = new HeldFiles();
  #collected: Collected | undefined;

  /** `links`: hard links that a first pass over the same layer asked for. */
  constructor(
    analysers: readonly Analyser[],
    limits: TarLimits = layerLimits,
    links: readonly HardLink[] = [],
    examiners: readonly FileExaminer[] = fileExaminers,
  ) {
    this.#analysers = analysers;
    this.#folderAnalysers = analysers.filter((each) => each.folder !== undefined);
    this.#survey = new LayerSurvey(examiners);
    this.#targets = new Map(
      [...Map.groupBy(links, (link) => link.target)].map(([target, some]) => [target, some.map((each) => each.path)]),
    );
    this.#tar = new TarReader(
      {
        entry: (entry) => this.#entry(entry),
        data: (chunk) => this.#data(chunk),
        end: () => this.#end(),
        refused: (path, reason) => this.#notes.add({ code: 'malformed', path, detail: reason }),
      },
      limits,
    );
  }

  write(chunk: Uint8Array): void {
    this.#tar.write(chunk);
  }

  /** Ends the layer. A stream that broke off gives what was read so far, marked incomplete. */
  finish(end: { diffId: string; uncompressedSize: number; broken?: AssayError | undefined }): LayerContents {
    const broken = end.broken ?? attempt(() => this.#tar.end());
    if (broken)
      this.#notes.add(
        { code: broken.code === 'content-budget-exceeded' ? 'budget-exceeded' : 'malformed', detail: broken.message },
        true,
      );
    for (const { analyser, file } of this.#held.pairs()) this.#read(analyser, file);
    for (const [target, paths] of this.#targets)
      if (!this.#met.has(target))
        for (const path of paths)
          this.#notes.add({ code: 'unavailable', path, detail: 'a hard link to a file that is not in the layer' });
    for (const each of this.#survey.incomplete) this.#notes.add(each, true);
    const observations = this.#survey.observations(this.#owners);
    const inventory = {
      schemaVersion: 1 as const,
      analyserVersion: ANALYSER_VERSION,
      diffId: end.diffId,
      uncompressedSize: end.uncompressedSize,
      entries: this.#tar.entries,
      evidence: this.#evidence.map((each) => this.#owners.mark(each)),
      distributions: this.#distributions,
      whiteouts: this.#whiteouts.paths,
      opaque: this.#whiteouts.opaque,
      replaced: this.#replaced,
      ...(this.#licences.length > 0 && { licences: this.#licences }),
      ...(this.#repositories.length > 0 && { repositories: this.#repositories }),
      ...(this.#links.length > 0 && { links: this.#links }),
      ...(observations.length > 0 && { observations }),
      files: this.#survey.summary,
      incomplete: this.#notes.list,
    };
    return { inventory, files: this.#survey.list() };
  }

  #entry(entry: TarEntry): boolean {
    const slash = entry.path.lastIndexOf('/');
    const base = entry.path.slice(slash + 1);
    if (base.startsWith(WHITEOUT)) {
      const removed = this.#whiteouts.add(slash < 0 ? '' : entry.path.slice(0, slash), base, this.#notes);
      if (removed) this.#survey.whiteout(removed.path, removed.kind);
      return false;
    }
    this.#held.forget(entry.path);
    if (this.#known.has(entry.path) && !this.#isKnownLink(entry)) this.#forget(entry.path);
    if (this.#targets.has(entry.path)) this.#met.add(entry.path);
    if (entry.type !== 'file') {
      this.#survey.entry(entry);
      if (entry.type === 'directory') this.#folder(entry.path);
      else this.#hide(entry.path);
      if (entry.type === 'hardlink') this.#link(entry);
      return false;
    }
    if (this.#sizes.size < MAX_SIZES) this.#sizes.set(entry.path, entry.size);
    this.#survey.begin(entry);
    const readers = this.#readersOf(entry.path, entry.size, entry.mode);
    if (readers.length > 0 || HOLDERS.test(entry.path)) this.#hide(entry.path);
    const readings = readers.length > 0 ? [{ path: entry.path, readers }] : [];
    for (const path of this.#targets.get(entry.path) ?? [])
      readings.push({ path, readers: this.#readersOf(path, entry.size, entry.mode) });
    if (readings.length > 0 && !this.#refused(entry, readings))
      this.#collected = {
        entry,
        readings,
        bytes: new Uint8Array(Math.min(entry.size, HEAD)),
        filled: 0,
        begun: false,
      };
    return true;
  }

  #folder(path: string): void {
    for (const analyser of this.#folderAnalysers) {
      const found = analyser.folder?.(path);
      if (!found) continue;
      this.#evidence.push({ analyser: analyser.name, path, packages: [found] });
      this.#looked(path, analyser);
    }
  }

  /** A path that comes twice in one layer is what it was last. */
  #forget(path: string): void {
    this.#known.delete(path);
    for (const list of [this.#evidence, this.#distributions, this.#licences, this.#repositories])
      for (let at = list.length - 1; at >= 0; at--) if (list[at]!.path === path) list.splice(at, 1);
  }

  #readersOf(path: string, size: number, mode: number): Analyser[] {
    return this.#analysers.filter((each) => each.wants(path, size, mode));
  }

  #hide(path: string): void {
    if (this.#replaced.length < MAX_REPLACED) this.#replaced.push(path);
    else if (this.#replaced.length === MAX_REPLACED) {
      this.#replaced.push(path);
      this.#notes.add({ code: 'budget-exceeded', detail: `more than ${MAX_REPLACED} files that replace others` }, true);
    }
  }

  /** What was read of the target holds for the link; what went by unread is read in a second pass. */
  #link(entry: TarEntry): void {
    if (this.#isKnownLink(entry)) return;
    const target = targetOf(entry);
    const readers = this.#readersOf(entry.path, this.#sizes.get(target) ?? 1 << 30, entry.mode);
    if (readers.length === 0) return;
    const known = this.#known.get(target);
    if (readers.every((each) => known?.has(each))) {
      for (const each of this.#evidence.filter(({ path }) => path === target))
        this.#evidence.push({ ...each, path: entry.path });
      for (const each of this.#distributions.filter(({ path }) => path === target))
        this.#distributions.push({ ...each, path: entry.path });
      this.#known.set(entry.path, new Set(readers));
    } else if (this.#links.length < MAX_LINKS) this.#links.push({ path: entry.path, target });
    else
      this.#notes.add({
        code: 'budget-exceeded',
        path: entry.path,
        detail: 'too many hard links to files of packages',
      });
  }

  #looked(path: string, analyser: Analyser): void {
    const known = this.#known.get(path);
    if (known) known.add(analyser);
    else this.#known.set(path, new Set([analyser]));
  }

  #isKnownLink(entry: TarEntry): boolean {
    return entry.type === 'hardlink' && (this.#targets.get(targetOf(entry))?.includes(entry.path) ?? false);
  }

  /** Files that are known but not read, or too large to be. */
  #refused(entry: TarEntry, readings: Collected['readings']): boolean {
    const readers = readings.flatMap((each) => each.readers);
    const refused = readers.map((each) => each.unsupported?.(entry.path)).find((each) => each !== undefined);
    const limit = Math.max(...readers.map((each) => each.maxBytes));
    if (refused !== undefined) this.#notes.add({ code: 'unsupported', path: entry.path, detail: refused });
    else if (entry.size > limit) {
      const detail = `the file has ${entry.size} bytes; at most ${limit} are read`;
      this.#notes.add({ code: 'budget-exceeded', path: entry.path, detail });
    } else return false;
    return true;
  }

  #data(chunk: Uint8Array): void {
    this.#survey.data(chunk);
    const collected = this.#collected;
    if (!collected) return;
    let rest = chunk;
    if (!collected.begun) {
      const count = Math.min(rest.length, collected.bytes.length - collected.filled);
      collected.bytes.set(rest.subarray(0, count), collected.filled);
      collected.filled += count;
      rest = rest.subarray(count);
      if (collected.filled < collected.bytes.length || !this.#begin(collected)) return;
    }
    collected.bytes.set(rest, collected.filled);
    collected.filled += rest.length;
  }

  /** Drops those who see in the first bytes that the file is not theirs; makes room for the rest when some stay. */
  #begin(collected: Collected): boolean {
    collected.begun = true;
    for (const [position, { path, readers }] of collected.readings.entries()) {
      const staying = readers.filter((each) => each.begins?.(collected.bytes) !== false);
      for (const each of readers) if (!staying.includes(each)) this.#looked(path, each);
      collected.readings[position] = { path, readers: staying };
    }
    if (collected.readings.every((each) => each.readers.length === 0)) {
      this.#collected = undefined;
      return false;
    }
    const whole = new Uint8Array(collected.entry.size);
    whole.set(collected.bytes);
    collected.bytes = whole;
    return true;
  }

  #end(): void {
    this.#survey.end();
    const collected = this.#collected;
    this.#collected = undefined;
    if (!collected) return;
    const { size, mode } = collected.entry;
    for (const { path, readers } of collected.readings)
      for (const analyser of readers) {
        const file = { path, size, mode, bytes: collected.bytes };
        if (!this.#held.hold(analyser, file)) this.#read(analyser, file);
      }
  }

  #read(analyser: Analyser, file: Parameters<Analyser['read']>[0]): void {
    try {
      const found = analyser.read(file);
      this.#looked(file.path, analyser);
      if (found?.evidence) this.#evidence.push(found.evidence);
      if (found?.distribution) this.#distributions.push(found.distribution);
      if (found?.licences) this.#licences.push(found.licences);
      if (found?.repositories) this.#repositories.push(found.repositories);
      if (found?.owned) this.#owners.add(found.owned);
      if (found?.diversions) this.#owners.divert(found.diversions);
      for (const each of found?.incomplete ?? []) this.#notes.add({ ...each, path: file.path });
    } catch (error) {
      this.#notes.failed(analyser.name, file.path, error);
    }
  }
}

/** Hard links name their target as an entry is named: from the root of the image. */
function targetOf(entry: TarEntry): string {
  return cleanPath(entry.linkTarget.slice(0, 4096)) ?? '';
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
