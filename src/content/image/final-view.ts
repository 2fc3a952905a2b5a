import type { FileList, ListedFile } from './file-list.ts';

/** A path of the finished image, with the layer whose bytes it has. */
export interface VisibleFile {
  readonly file: ListedFile;
  readonly layer: number;
}

/** Bytes that are carried and never seen: of files that a later layer replaces or removes. */
export interface HiddenFile extends VisibleFile {
  readonly by: number;
}

/** The files of an image as a container sees them, and those below that it does not. */
export interface FinalView {
  readonly files: ReadonlyMap<string, VisibleFile>;
  readonly hidden: readonly HiddenFile[];
}

/**
 * Lays file lists over each other, bottom first (OCI image specification, "Layer Filesystem Changeset"): whiteouts and
 * opaque folders of a layer act on the layers below, then its own files stand; a file in place of a folder hides what
 * was below it.
 */
export function finalView(layers: readonly FileList[]): FinalView {
  const files = new Map<string, VisibleFile>();
  const hidden: HiddenFile[] = [];
  layers.forEach(({ files: listed }, layer) => {
    const remove = (path: string) => {
      const gone = files.get(path);
      if (!gone) return;
      files.delete(path);
      if (gone.file.type === 'file') hidden.push({ ...gone, by: layer });
    };
    const gone = new Set<string>();
    const emptied = new Set<string>();
    for (const each of listed) {
      if (each.type === 'whiteout') gone.add(each.path);
      else if (each.type === 'opaque') emptied.add(each.path);
      else if (each.type !== 'directory' && files.get(each.path)?.file.type === 'directory') emptied.add(each.path);
    }
    if (gone.size > 0 || emptied.size > 0)
      for (const path of files.keys())
        if (gone.has(path) || emptied.has('') || hasParentIn(gone, emptied, path)) remove(path);
    for (const each of listed) {
      if (each.type === 'whiteout' || each.type === 'opaque') continue;
      if (each.type !== 'directory' || files.get(each.path)?.file.type !== 'directory') remove(each.path);
      files.set(each.path, { file: each, layer });
    }
  });
  return { files, hidden };
}

function hasParentIn(gone: ReadonlySet<string>, emptied: ReadonlySet<string>, path: string): boolean {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const parent = path.slice(0, slash);
    if (gone.has(parent) || emptied.has(parent)) return true;
  }
  return false;
}
