import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FeedFile } from '../content/advisories/feed.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import { zipEntries, type ZipLimits } from '../lib/zip.ts';
import { storedZip } from '../lib/zip-writer.ts';

const LIMITS: ZipLimits = {
  maxEntries: 2_000_000,
  maxEntryBytes: 1024 ** 3,
  maxTotalBytes: 16 * 1024 ** 3,
  maxRatio: 200,
};

/** A feed as a person names it: one file, an archive, or a folder with its files. */
export interface NamedFeed {
  readonly name: string;
  readonly kind: 'file' | 'zip' | 'folder';
  readonly path: string;
}

export async function nameFeed(path: string): Promise<NamedFeed> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { name: basename(path), kind: 'folder', path };
    const bytes = path.endsWith('.zip');
    return { name: basename(path), kind: bytes ? 'zip' : 'file', path };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): AssayError {
  const reason = systemCode(cause) === 'ENOENT' ? 'there is no such file' : (systemCode(cause) ?? 'unknown');
  return new AssayError('input-invalid', `cannot read ${path}: ${reason}`, { cause });
}

/** The files of a feed, in the order of their names; those of a zip are unpacked one at a time. */
export async function* feedFiles(feed: NamedFeed): AsyncGenerator<FeedFile> {
  if (feed.kind === 'folder') {
    for (const name of await filesIn(feed.path)) yield { name, bytes: await read(join(feed.path, name)) };
  } else if (feed.kind === 'zip') yield* unpacked(feed.name, await read(feed.path));
  else yield { name: feed.name, bytes: await read(feed.path) };
}

/** The files of bytes that were downloaded or read: those of an archive, or the bytes themselves. */
export async function* unpacked(name: string, bytes: Uint8Array): AsyncGenerator<FeedFile> {
  const zip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
  if (!zip) yield { name, bytes };
  else
    for (const entry of zipEntries(bytes, LIMITS))
      if (!entry.directory) yield { name: entry.name, bytes: entry.read() };
}

/** A feed as one body for a server: a folder travels as a zip. */
export async function feedBody(feed: NamedFeed): Promise<{ name: string; bytes: Uint8Array }> {
  if (feed.kind !== 'folder') return { name: feed.name, bytes: await read(feed.path) };
  const files: FeedFile[] = [];
  for await (const each of feedFiles(feed)) files.push(each);
  return { name: `${feed.name}.zip`, bytes: storedZip(files) };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  const names = entries
    .filter((each) => each.isFile() && !each.name.startsWith('.'))
    .map((each) => join(each.parentPath, each.name).slice(folder.replace(/\/+$/, '').length + 1));
  if (names.length === 0) throw new AssayError('input-invalid', `${folder} holds no files`);
  return names.sort();
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
