/** What kind of thing a path of a layer is; `whiteout` removes what lower layers hold there, `opaque` what is below it. */
export const fileTypes = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character',
  'block',
  'fifo',
  'other',
  'whiteout',
  'opaque',
] as const;
export type FileType = (typeof fileTypes)[number];

/** One path of a layer as its tar has it. */
export interface ListedFile {
  readonly path: string;
  readonly type: FileType;
  /** Bytes of a regular file. */
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** SHA-256 of a regular file's bytes, in hex. */
  readonly sha256?: string;
  /** Target of a link, as written. */
  readonly link?: string;
}

/** Every path of a layer, ordered by path, each once: where a tar has a path twice, the last stands. */
export interface FileList {
  readonly files: readonly ListedFile[];
  /** True when the layer has more paths than are kept. */
  readonly cut: boolean;
}

export const emptyFileList: FileList = { files: [], cut: false };

/** Paths in the order of their UTF-16 code units, which every reader of the list uses. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
