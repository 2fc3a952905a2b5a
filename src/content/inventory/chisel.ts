import { constants, zstdDecompressSync } from 'node:zlib';
import { AssayError } from '../../lib/error.ts';
import type { Analyser, OwnedFiles } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { field, linesOf, textOf } from './text-files.ts';

const MANIFEST = /^(?:var|usr)\/lib\/chisel\/manifest\.wall$/;
const MAX_UNPACKED = 128 * 1024 * 1024;
/** Memory that a frame may ask for, as a power of two (RFC 8878, "Window_Size"). */
const MAX_WINDOW = 23;

/**
 * Images cut from Ubuntu packages by chisel, which have no dpkg database: a zstd stream of JSON lines, of which
 * `package` names what was cut, and `path` a file with the slices (`package_slice`) that brought it.
 */
export const chisel: Analyser = {
  name: 'chisel',
  reads: '`/var/lib/chisel/manifest.wall`',
  limits: 'the manifest names no source packages; advisories that name sources are met only where both names agree',
  maxBytes: 16 * 1024 * 1024,
  system: true,
  wants: (path) => MANIFEST.test(path),
  read(file) {
    const packages: FoundPackage[] = [];
    const owned = new Map<string, string[]>();
    for (const line of linesOf(textOf(unpack(file.bytes)))) {
      if (line === '') continue;
      const record = parse(line);
      const name = field(record['name']);
      if (record['kind'] === 'package' && name) {
        const version = field(record['version']);
        const architecture = field(record['arch']);
        if (version) packages.push({ type: 'deb', name, version, ...(architecture && { architecture }) });
      } else if (record['kind'] === 'path') note(owned, record);
    }
    return { evidence: { analyser: 'chisel', path: file.path, packages }, owned: ownersOf(owned) };
  },
};

function unpack(bytes: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(bytes, {
      maxOutputLength: MAX_UNPACKED,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW },
    });
  } catch (cause) {
    throw new AssayError('content-malformed', 'the chisel manifest cannot be unpacked', { cause });
  }
}

function parse(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (cause) {
    throw new AssayError('content-malformed', 'the chisel manifest holds a line that is not JSON', { cause });
  }
}

function note(owned: Map<string, string[]>, record: Record<string, unknown>): void {
  const path = field(record['path']);
  const slices: readonly unknown[] = Array.isArray(record['slices']) ? record['slices'] : [];
  const owner = typeof slices[0] === 'string' ? slices[0].split('_', 1)[0] : undefined;
  if (!path || !owner) return;
  const known = owned.get(owner);
  if (known) known.push(path);
  else owned.set(owner, [path]);
}

function* ownersOf(owned: ReadonlyMap<string, readonly string[]>): Generator<OwnedFiles> {
  for (const [name, paths] of owned) yield { package: name, paths };
}
