import { AssayError, isAssayError } from '../../lib/error.ts';
import { type ZipEntry, type ZipLimits, zipEntries } from '../../lib/zip.ts';
import type { Analyser } from './analyser.ts';
import type { FoundPackage } from './package.ts';
import { field, licenceField, linesOf, textOf } from './text-files.ts';

const ARCHIVE = /\.(?:jar|war|ear|par|sar|jpi|hpi|kar|rar)$/i;
const PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MAX_DEPTH = 5;
/** For one file with everything nested in it. */
const MAX_TOTAL = 512 * 1024 * 1024;
const LIMITS: ZipLimits = {
  maxEntries: 200_000,
  maxEntryBytes: 128 * 1024 * 1024,
  maxTotalBytes: MAX_TOTAL,
  maxRatio: 200,
};

interface Budget {
  bytes: number;
  entries: number;
}

/** Java archives, nested ones too: Maven's pom.properties, else the manifest's main section, else the file's name. */
export const java: Analyser = {
  name: 'java',
  maxBytes: 256 * 1024 * 1024,
  wants: (path) => ARCHIVE.test(path),
  begins: (head) => head[0] === 0x50 && head[1] === 0x4b,
  read(file) {
    const packages = new Map<string, FoundPackage>();
    const budget: Budget = { bytes: MAX_TOTAL, entries: LIMITS.maxEntries };
    readArchive(file.path, file.bytes, 1, budget, packages);
    return packages.size > 0
      ? { evidence: { analyser: 'java', path: file.path, packages: [...packages.values()] } }
      : undefined;
  },
};

function readArchive(
  path: string,
  bytes: Uint8Array,
  depth: number,
  budget: Budget,
  into: Map<string, FoundPackage>,
): void {
  let described = false;
  let manifest: ReadonlyMap<string, string> | undefined;
  for (const entry of zipEntries(bytes, LIMITS)) {
    if (--budget.entries < 0) throw new AssayError('content-budget-exceeded', 'too many entries in nested archives');
    if (entry.directory) continue;
    if (PROPERTIES.test(entry.name)) {
      const found = fromProperties(spend(entry, budget));
      if (found) {
        described ||= isOwn(path, found);
        add(into, found);
      }
    } else if (entry.name === 'META-INF/MANIFEST.MF') manifest = mainSection(textOf(spend(entry, budget)));
    else if (ARCHIVE.test(entry.name)) {
      if (depth >= MAX_DEPTH)
        throw new AssayError('content-budget-exceeded', `archives are nested deeper than ${MAX_DEPTH}`);
      readNested(entry, depth, budget, into);
    }
  }
  if (!described) add(into, fromManifest(manifest, path) ?? fromFileName(path));
}

/** A nested file that only has the name of an archive is no reason to leave the outer one unread. */
function readNested(entry: ZipEntry, depth: number, budget: Budget, into: Map<string, FoundPackage>): void {
  try {
    readArchive(entry.name, spend(entry, budget), depth + 1, budget, into);
  } catch (error) {
    if (!isAssayError(error, 'content-malformed')) throw error;
  }
}

function spend(entry: ZipEntry, budget: Budget): Uint8Array {
  const bytes = entry.read();
  budget.bytes -= bytes.length;
  if (budget.bytes < 0)
    throw new AssayError('content-budget-exceeded', `nested archives unpack to more than ${MAX_TOTAL} bytes`);
  return bytes;
}

function add(into: Map<string, FoundPackage>, found: FoundPackage | undefined): void {
  if (found) into.set(`${found.name}\0${found.version}`, found);
}

function fromProperties(bytes: Uint8Array): FoundPackage | undefined {
  const values = new Map<string, string>();
  for (const line of linesOf(textOf(bytes.subarray(0, 64 * 1024)))) {
    const equals = line.indexOf('=');
    if (equals > 0 && !line.startsWith('#')) values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const group = field(values.get('groupId'));
  const artifact = field(values.get('artifactId'));
  const version = field(values.get('version'));
  return group && artifact && version ? { type: 'maven', name: `${group}:${artifact}`, version } : undefined;
}

/** Shaded archives carry the properties of many artifacts; those of the archive itself bear its name. */
function isOwn(path: string, found: FoundPackage): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.startsWith(found.name.slice(found.name.indexOf(':') + 1));
}

/** JAR file specification, "Main Section": name and value, continued on lines that begin with a space. */
function mainSection(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let last = '';
  let lines = 0;
  for (const line of linesOf(text)) {
    if (line === '' || ++lines > 5000) break;
    if (line.startsWith(' ') && last !== '') values.set(last, values.get(last) + line.slice(1));
    else {
      const colon = line.indexOf(':');
      last = colon > 0 ? line.slice(0, colon).toLowerCase() : '';
      if (last !== '') values.set(last, line.slice(colon + 1).trim());
    }
  }
  return values;
}

function fromManifest(manifest: ReadonlyMap<string, string> | undefined, path: string): FoundPackage | undefined {
  if (!manifest) return undefined;
  const named = nameParts(path);
  const version =
    field(manifest.get('implementation-version')) ?? named?.version ?? field(manifest.get('bundle-version'));
  const group = field(manifest.get('implementation-vendor-id')) ?? groupOfBundle(manifest, named?.artifact);
  const artifact = named?.artifact ?? field(manifest.get('implementation-title'));
  if (!version || !artifact || /\s/.test(artifact)) return undefined;
  const isGroup = group !== undefined && /^[a-z][\w-]*(?:\.[\w-]+)+$/i.test(group);
  return {
    type: 'maven',
    name: isGroup ? `${group}:${artifact}` : artifact,
    version,
    ...licenceField(manifest.get('bundle-license')),
  };
}

/** A bundle's symbolic name is often group and artifact joined: `org.apache.commons.text` of `commons-text`. */
function groupOfBundle(manifest: ReadonlyMap<string, string>, artifact: string | undefined): string | undefined {
  const symbolic = manifest.get('bundle-symbolicname')?.split(';')[0]?.trim();
  return artifact && symbolic?.endsWith(`.${artifact}`) ? symbolic.slice(0, -artifact.length - 1) : undefined;
}

function fromFileName(path: string): FoundPackage | undefined {
  const named = nameParts(path);
  return named && { type: 'maven', name: named.artifact, version: named.version };
}

/** `artifact-version.jar`: the version begins at the first hyphen that a digit follows. */
function nameParts(path: string): { artifact: string; version: string } | undefined {
  const base = path
    .slice(path.lastIndexOf('/') + 1)
    .slice(0, 255)
    .replace(ARCHIVE, '');
  const match = /^([A-Za-z][\w.]*(?:-[A-Za-z_][\w.]*)*)-(\d[\w.+-]*)$/.exec(base);
  return match ? { artifact: match[1]!, version: match[2]! } : undefined;
}
