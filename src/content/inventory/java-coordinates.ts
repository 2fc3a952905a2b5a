import { knownCoordinates } from './java-groups.ts';
import type { FoundPackage } from './package.ts';
import { field, licenceField, linesOf, textOf } from './text-files.ts';

/** Names of Java archives. */
export const ARCHIVE = /\.(?:jar|war|ear|par|sar|jpi|hpi|kar|rar)$/i;

/** Maven's own record of an artifact (Maven Archiver, `pom.properties`). */
export function fromProperties(bytes: Uint8Array): FoundPackage | undefined {
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
export function isOwn(path: string, found: FoundPackage): boolean {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.startsWith(found.name.slice(found.name.indexOf(':') + 1));
}

/** JAR file specification, "Main Section": name and value, continued on lines that begin with a space. */
export function mainSection(text: string): ReadonlyMap<string, string> {
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

/** What the manifest says, where Maven left nothing: `Implementation-*` and `Bundle-*` beside the file's name. */
export function fromManifest(
  manifest: ReadonlyMap<string, string> | undefined,
  path: string,
): FoundPackage | undefined {
  if (!manifest) return undefined;
  const named = nameParts(path);
  const version =
    field(manifest.get('implementation-version')) ?? named?.version ?? field(manifest.get('bundle-version'));
  const group = field(manifest.get('implementation-vendor-id')) ?? groupOfBundle(manifest, named?.artifact);
  const title = field(manifest.get('implementation-title'));
  // Tomcat's own archives bear no version in their names.
  const artifact = named?.artifact ?? (title === TOMCAT ? baseOf(path) : title);
  if (!version || !artifact || /\s/.test(artifact)) return undefined;
  const isGroup = group !== undefined && /^[a-z][\w-]*(?:\.[\w-]+)+$/i.test(group);
  return {
    type: 'maven',
    name: isGroup ? `${group}:${artifact}` : (knownCoordinates(artifact, version) ?? artifact),
    version,
    ...licenceField(manifest.get('bundle-license')),
  };
}

/** A bundle's symbolic name is often group and artifact joined: `org.apache.commons.text` of `commons-text`. */
function groupOfBundle(manifest: ReadonlyMap<string, string>, artifact: string | undefined): string | undefined {
  const symbolic = manifest.get('bundle-symbolicname')?.split(';')[0]?.trim();
  return artifact && symbolic?.endsWith(`.${artifact}`) ? symbolic.slice(0, -artifact.length - 1) : undefined;
}

/** The last resort: `artifact-version.jar`. */
export function fromFileName(path: string): FoundPackage | undefined {
  const named = nameParts(path);
  if (!named) return undefined;
  const name = knownCoordinates(named.artifact, named.version) ?? named.artifact;
  return { type: 'maven', name, version: named.version };
}

const TOMCAT = 'Apache Tomcat';

function baseOf(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .slice(0, 255)
    .replace(ARCHIVE, '');
}

/** `artifact-version.jar`: the version begins at the first hyphen that a digit follows. */
function nameParts(path: string): { artifact: string; version: string } | undefined {
  const base = baseOf(path);
  const match = /^([A-Za-z][\w.]*(?:-[A-Za-z_][\w.]*)*)-(\d[\w.+-]*)$/.exec(base);
  return match ? { artifact: match[1]!, version: match[2]! } : undefined;
}
