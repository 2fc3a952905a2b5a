import { inflateSync } from 'node:zlib';
import { AssayError } from '../../lib/error.ts';
import type { Analyser } from './analyser.ts';
import { DeclaredPackages } from './declared.ts';
import { elfSection } from './elf-section.ts';
import { listOf, objectOf, readJsonObject } from './json-text.ts';
import type { FoundPackage } from './package.ts';
import { field, textOf } from './text-files.ts';
import { tomlEntries } from './toml-packages.ts';

const MIN_BYTES = 100 * 1024;
const NOT_PROGRAMS = /\.(?:py|sh|pl|rb|js|mjs|json|txt|md|html|png|svg|gz|zip|jar|a|o|ko|pyc|h|conf)$/;
const MAX_LIST = 16 * 1024 * 1024;

/** Rust programs that cargo-auditable built: a section `.dep-v0` with a list of crates, JSON in zlib. */
export const cargoAuditable: Analyser = {
  name: 'cargo-auditable',
  reads: 'the section `.dep-v0` of executable ELF files from 100 kB on, as cargo-auditable writes it',
  limits: 'Rust programs built without cargo-auditable tell nothing of their crates',
  maxBytes: 256 * 1024 * 1024,
  wants: (path, size, mode) => (mode & 0o111) !== 0 && size >= MIN_BYTES && !NOT_PROGRAMS.test(path),
  begins: (head) => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46,
  read(file) {
    const section = elfSection(file.bytes, '.dep-v0');
    if (!section) return undefined;
    const packages: FoundPackage[] = [];
    for (const each of listOf(readJsonObject(unpack(section), 'the list of crates')['packages'])) {
      const entry = objectOf(each);
      const name = field(entry?.['name']);
      const version = field(entry?.['version']);
      // Crates of the project itself have no registry in which a name would be theirs alone.
      if (name && version && entry?.['kind'] !== 'build' && entry?.['source'] !== 'local')
        packages.push({ type: 'cargo', name, version });
    }
    return packages.length > 0 ? { evidence: { analyser: 'cargo-auditable', path: file.path, packages } } : undefined;
  },
};

function unpack(section: Uint8Array): Uint8Array {
  try {
    return inflateSync(section, { maxOutputLength: MAX_LIST });
  } catch (cause) {
    throw new AssayError('content-malformed', 'the list of crates cannot be unpacked', { cause });
  }
}

/** `["serde", "syn 2.0.1"]`: a version stands behind a name that is there twice. */
function crateNames(list: string | undefined): string[] {
  return [...(list ?? '').matchAll(/"([A-Za-z0-9_-]{1,100})(?: [^"]{0,300})?"/g)].map((each) => each[1] ?? '');
}

/** Cargo.lock; crates without a source are those of the project itself. */
export const cargoLock: Analyser = {
  name: 'cargo-lock',
  reads: '`Cargo.lock`',
  limits: 'declared, not installed; crates for builds and tests cannot be told apart',
  maxBytes: 16 * 1024 * 1024,
  wants: (path) =>
    (path.endsWith('/Cargo.lock') || path === 'Cargo.lock') && !/\/(?:registry|\.cargo|vendor)\//.test(path),
  read(file) {
    const found = new DeclaredPackages('cargo');
    for (const entry of tomlEntries(textOf(file.bytes), 'package'))
      if (entry.has('source'))
        found.add(entry.get('name'), entry.get('version'), crateNames(entry.get('dependencies')));
    return found.finding('cargo-lock', file.path);
  },
};
