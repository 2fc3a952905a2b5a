import { AssayError } from '../../lib/error.ts';
import { foundOf, parsePurl } from '../sbom/purl-package.ts';
import { type JsonObject, listOf, objectOf } from './json-text.ts';
import { field } from './text-files.ts';
import { type FoundPackage, type PackageType, packageTypes } from './package.ts';

const MAX_COMPONENTS = 100_000;
const MAX_DEPTH = 20;
const TYPES: ReadonlySet<string> = new Set(packageTypes);
const SYSTEMS = new Set<string>(['deb', 'apk', 'rpm', 'alpm']);

export interface SbomPackages {
  readonly packages: readonly FoundPackage[];
  /** Entries without a version, or of a kind that is not known here. */
  readonly unnamed: number;
}

interface Entry {
  readonly purl: unknown;
  readonly name: unknown;
  readonly version: unknown;
}

/**
 * The packages of a bill of materials that lies in an image: CycloneDX, SPDX 2 or SPDX 3 in JSON, told by its members.
 * None for any other JSON. This reader stands in the analysis process and so loads no schemas.
 */
export function packagesOfSbom(document: JsonObject): SbomPackages | undefined {
  const entries =
    document['bomFormat'] === 'CycloneDX'
      ? cycloneDxEntries(document)
      : typeof document['spdxVersion'] === 'string'
        ? spdx2Entries(document)
        : Array.isArray(document['@graph'])
          ? spdx3Entries(document)
          : undefined;
  if (!entries) return undefined;
  const found = new Map<string, FoundPackage>();
  let unnamed = 0;
  for (const entry of entries) {
    const each = typeof entry.purl === 'string' ? packageOfPurl(entry.purl) : named(entry);
    if (!each) unnamed++;
    else found.set(`${each.type}\0${each.name}\0${each.version}`, each);
    if (found.size + unnamed > MAX_COMPONENTS)
      throw new AssayError('content-budget-exceeded', `more than ${MAX_COMPONENTS} entries`);
  }
  return { packages: [...found.values()], unnamed };
}

/** A part of which nothing but name and version is said: listed, and known to no advisory. */
function named({ name, version }: Entry): FoundPackage | undefined {
  const [cleanName, cleanVersion] = [field(name), field(version)];
  return cleanName && cleanVersion ? { type: 'generic', name: cleanName, version: cleanVersion } : undefined;
}

function packageOfPurl(purl: string): FoundPackage | undefined {
  const parts = parsePurl(purl);
  if (!parts || parts.version === '' || !TYPES.has(parts.type)) return undefined;
  const architecture = SYSTEMS.has(parts.type) ? parts.qualifiers.get('arch') : undefined;
  const found =
    parts.type === 'generic'
      ? { type: 'generic' as PackageType, name: parts.name, version: parts.version }
      : foundOf(parts, {});
  if (!found || found.name.length > 1000 || found.version.length > 1000) return undefined;
  return {
    ...found,
    ...(architecture && { architecture }),
    // What another system built is not judged by the advisories of the system it lies in.
    ...(SYSTEMS.has(parts.type) && parts.namespace !== undefined && { namespace: parts.namespace }),
  };
}

type Entries = Generator<Entry>;

/** What the document describes is not one of its parts, though some tools list it among them. */
function* cycloneDxEntries(document: JsonObject): Entries {
  const subject = objectOf(objectOf(document['metadata'])?.['component'])?.['purl'];
  for (const entry of componentsOf(listOf(document['components']), 0))
    if (typeof subject !== 'string' || typeof entry.purl !== 'string' || !isPartOf(entry.purl, subject)) yield entry;
}

/** True for the subject itself and for parts that bear its name and version with a path behind them. */
function isPartOf(purl: string, subject: string): boolean {
  const bare = (text: string) => text.split(/[?#]/, 1)[0];
  return bare(purl) === bare(subject);
}

function* componentsOf(components: readonly unknown[], depth: number): Entries {
  if (depth > MAX_DEPTH) throw new AssayError('content-budget-exceeded', 'components are nested too deep');
  for (const each of components) {
    const component = objectOf(each);
    const type = component?.['type'];
    if (!component) continue;
    if (typeof component['purl'] === 'string' || type === 'library' || type === 'application' || type === 'framework')
      yield { purl: component['purl'], name: component['name'], version: component['version'] };
    yield* componentsOf(listOf(component['components']), depth + 1);
  }
}

function* spdx2Entries(document: JsonObject): Entries {
  for (const each of listOf(document['packages'])) {
    const entry = objectOf(each);
    const purpose = entry?.['primaryPackagePurpose'];
    if (!entry || purpose === 'CONTAINER' || purpose === 'OPERATING-SYSTEM' || purpose === 'FILE') continue;
    const reference = listOf(entry['externalRefs'])
      .map(objectOf)
      .find((one) => one?.['referenceType'] === 'purl');
    yield { purl: reference?.['referenceLocator'], name: entry['name'], version: entry['versionInfo'] };
  }
}

function* spdx3Entries(document: JsonObject): Entries {
  for (const each of listOf(document['@graph'])) {
    const entry = objectOf(each);
    if (entry?.['type'] !== 'software_Package' || entry['software_primaryPurpose'] === 'container') continue;
    yield {
      purl: entry['software_packageUrl'],
      name: entry['name'],
      version: entry['software_packageVersion'],
    };
  }
}
