import { AssayError, isAssayError } from '../../lib/error.ts';
import { type ZipEntry, type ZipLimits, zipEntries } from '../../lib/zip.ts';
import type { Analyser } from './analyser.ts';
import { ARCHIVE, fromFileName, fromManifest, fromProperties, isOwn, mainSection } from './java-coordinates.ts';
import type { FoundPackage, Incomplete } from './package.ts';
import { textOf } from './text-files.ts';

const PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MAX_DEPTH = 5;
const MAX_INCOMPLETE = 20;
/** For one file with everything nested in it. */
const MAX_TOTAL = 512 * 1024 * 1024;
const LIMITS: ZipLimits = {
  maxEntries: 200_000,
  maxEntryBytes: 128 * 1024 * 1024,
  maxTotalBytes: MAX_TOTAL,
  maxRatio: 200,
};

interface Reading {
  bytes: number;
  entries: number;
  readonly found: Map<string, FoundPackage>;
  readonly incomplete: Omit<Incomplete, 'path'>[];
}

/** Java archives, nested ones too: Maven's pom.properties, else the manifest's main section, else the file's name. */
export const java: Analyser = {
  name: 'java',
  reads:
    'jar, war, ear, par, sar, jpi, hpi, kar and rar archives and those nested in them: every `pom.properties` (shaded ones too), the main section of `MANIFEST.MF`, the file name',
  limits: `nested to a depth of ${MAX_DEPTH}, ${MAX_TOTAL / 1024 ** 2} MB unpacked; classes without Maven's properties and without a telling manifest or name are not found`,
  maxBytes: 256 * 1024 * 1024,
  wants: (path) => ARCHIVE.test(path),
  begins: (head) => head[0] === 0x50 && head[1] === 0x4b,
  read(file) {
    const reading: Reading = { bytes: MAX_TOTAL, entries: LIMITS.maxEntries, found: new Map(), incomplete: [] };
    readArchive(file.path, file.bytes, 1, reading);
    const packages = [...reading.found.values()];
    return {
      ...(packages.length > 0 && { evidence: { analyser: 'java', path: file.path, packages } }),
      ...(reading.incomplete.length > 0 && { incomplete: reading.incomplete }),
    };
  },
};

function readArchive(path: string, bytes: Uint8Array, depth: number, reading: Reading): void {
  let described = false;
  let manifest: ReadonlyMap<string, string> | undefined;
  for (const entry of zipEntries(bytes, LIMITS)) {
    if (--reading.entries < 0) throw new AssayError('content-budget-exceeded', 'too many entries in nested archives');
    if (entry.directory) continue;
    if (PROPERTIES.test(entry.name)) {
      const found = fromProperties(spend(entry, reading));
      if (found) {
        described ||= isOwn(path, found);
        add(reading, found);
      }
    } else if (entry.name === 'META-INF/MANIFEST.MF') manifest = mainSection(textOf(spend(entry, reading)));
    else if (ARCHIVE.test(entry.name)) readNested(entry, depth, reading);
  }
  if (!described) add(reading, fromManifest(manifest, path) ?? fromFileName(path));
}

/** A nested archive that cannot be read leaves the others readable; one that only has the name is no archive. */
function readNested(entry: ZipEntry, depth: number, reading: Reading): void {
  try {
    if (depth >= MAX_DEPTH)
      throw new AssayError('content-budget-exceeded', `archives are nested deeper than ${MAX_DEPTH}`);
    readArchive(entry.name, spend(entry, reading), depth + 1, reading);
  } catch (error) {
    if (!isAssayError(error)) throw error;
    if (error.code === 'content-malformed') return;
    const code = error.code === 'content-budget-exceeded' ? 'budget-exceeded' : 'unsupported';
    if (reading.incomplete.length < MAX_INCOMPLETE)
      reading.incomplete.push({ code, detail: `${entry.name.slice(0, 300)}: ${error.message}` });
  }
}

function spend(entry: ZipEntry, budget: Reading): Uint8Array {
  const bytes = entry.read();
  budget.bytes -= bytes.length;
  if (budget.bytes < 0)
    throw new AssayError('content-budget-exceeded', `nested archives unpack to more than ${MAX_TOTAL} bytes`);
  return bytes;
}

function add({ found }: Reading, each: FoundPackage | undefined): void {
  if (each) found.set(`${each.name}\0${each.version}`, each);
}
