import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackageType } from '../../../src/content/inventory/package.ts';
import { succeed } from '../command.ts';

/** One image of the set, as folders to be packed, one a layer, and what the native tool lists. */
export interface BuiltImage {
  readonly name: string;
  /** The tool whose list is believed. */
  readonly tool: string;
  readonly layers: readonly string[];
  /** `name version` by type; types that the tool does not know are not compared. */
  readonly expected: Readonly<Partial<Record<PackageType, readonly string[]>>>;
  /** Paths that are part of the comparison; everything without it. */
  readonly within?: (path: string) => boolean;
}

export type ImageFamily = (folder: string) => AsyncGenerator<BuiltImage>;

/** Downloads and roots that take long, kept between runs. */
export const CACHE = join(tmpdir(), 'assay-e2e');

/** A folder that is made once and kept; what was left half made is made anew. */
export async function kept(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const place = join(CACHE, name);
  if (existsSync(place)) return place;
  const fresh = `${place}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh);
  await make(fresh);
  renameSync(fresh, place);
  return place;
}

/** A name for a folder that holds what these words ask for. */
export const keyOf = (...words: readonly string[]) =>
  createHash('sha256').update(words.join('\0')).digest('hex').slice(0, 12);

/** Debian packages, unpacked into one folder as if somebody had copied the files. */
export function unpackedDebs(...packages: readonly string[]): Promise<string> {
  return kept(`debs-${keyOf(...packages)}`, async (folder) => {
    const archives = await debs(...packages);
    for (const name of readdirSync(archives)) await succeed('dpkg-deb', ['-x', join(archives, name), folder]);
  });
}

/** The archives of Debian packages. */
export function debs(...packages: readonly string[]): Promise<string> {
  return kept(`archives-${keyOf(...packages)}`, async (folder) => {
    const get = () => succeed('apt-get', ['download', '-qq', ...packages], { cwd: folder });
    await get().catch(async () => {
      await succeed('apt-get', ['update', '-qq']);
      await get();
    });
  });
}

export const linesOf = (text: string) => text.split('\n').filter(Boolean);
