import { AssayError } from '../../lib/error.ts';
import { type FileType, fileTypes, type ListedFile } from './file-list.ts';

/** A file list by columns, as it travels and is stored: many equal values in a row pack well and parse fast. */
export interface FileColumns {
  readonly paths: readonly string[];
  /** One digit a file: its place in `fileTypes`. */
  readonly types: string;
  readonly sizes: readonly number[];
  readonly modes: readonly number[];
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** 64 digits a regular file, one after the other. */
  readonly sha256: string;
  /** Targets of links, by position. */
  readonly links: Readonly<Record<string, string>>;
}

const HEX = 64;

export function toColumns(files: readonly ListedFile[]): FileColumns {
  const links: Record<string, string> = {};
  files.forEach((each, at) => {
    if (each.link !== undefined) links[at] = each.link;
  });
  return {
    paths: files.map((each) => each.path),
    types: files.map((each) => fileTypes.indexOf(each.type)).join(''),
    sizes: files.map((each) => each.size),
    modes: files.map((each) => each.mode),
    uids: files.map((each) => each.uid),
    gids: files.map((each) => each.gid),
    sha256: files.map((each) => each.sha256 ?? '').join(''),
    links,
  };
}

/** Reads columns that come from the analysis process or from storage; throws `analysis-failed`. */
export function fromColumns(value: unknown): ListedFile[] {
  const columns = value as Partial<Record<keyof FileColumns, unknown>> | null | undefined;
  const texts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((each) => typeof each === 'string');
  const counts = (list: unknown, count: number): list is number[] =>
    Array.isArray(list) && list.length === count && list.every((each) => Number.isSafeInteger(each) && each >= 0);
  const { paths, types, sizes, modes, uids, gids, sha256, links } = columns ?? {};
  if (!texts(paths) || typeof types !== 'string' || typeof sha256 !== 'string' || !/^[0-9a-f]*$/.test(sha256))
    throw damaged();
  const { length } = paths;
  if (!counts(sizes, length) || !counts(modes, length) || !counts(uids, length) || !counts(gids, length))
    throw damaged();
  if (types.length !== length || typeof links !== 'object' || links === null) throw damaged();
  let digestAt = 0;
  return paths.map((path, at) => {
    const type: FileType | undefined = fileTypes[types.charCodeAt(at) - 0x30];
    if (type === undefined) throw damaged();
    const link: unknown = (links as Record<string, unknown>)[at];
    const digest = type === 'file' ? sha256.slice(digestAt, (digestAt += HEX)) : undefined;
    if (digest !== undefined && digest.length !== HEX) throw damaged();
    return {
      path,
      type,
      size: sizes[at]!,
      mode: modes[at]!,
      uid: uids[at]!,
      gid: gids[at]!,
      ...(digest !== undefined && { sha256: digest }),
      ...(typeof link === 'string' && { link }),
    };
  });
}

function damaged(): AssayError {
  return new AssayError('analysis-failed', 'the file list of a layer is not valid');
}
