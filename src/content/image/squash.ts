import { purlOf } from '../inventory/purl.ts';
import { withoutInstalled } from './declared-packages.ts';
import { withoutSystemPrograms } from './system-programs.ts';
import type {
  Distribution,
  Evidence,
  FoundPackage,
  ImageInventory,
  Incomplete,
  InstalledPackage,
  LayerInventory,
} from '../inventory/package.ts';

interface Held {
  readonly evidence: Evidence;
  readonly layer: number;
}

/**
 * Lays the layers of an image over each other, bottom first, as the OCI image specification's "Layer Filesystem
 * Changeset" says: a file replaces the file below, a whiteout removes it, an opaque directory hides what is below.
 * `labels` are those of the image's configuration.
 */
export function squash(
  layers: readonly LayerInventory[],
  labels?: Readonly<Record<string, string>> | null,
): ImageInventory {
  const held = new Map<string, Held>();
  const systems = new Map<string, Distribution>();
  const repositories = new Map<string, readonly string[]>();
  const firstSeen = new Map<string, number>();
  const licences = new Map<string, readonly string[]>();
  const incomplete: (Incomplete & { layer: number })[] = [];
  layers.forEach((layer, position) => {
    removeBelow([held, systems, repositories], new Set(layer.opaque), false);
    removeBelow([held, systems, repositories], new Set([...layer.whiteouts, ...layer.replaced]), true);
    for (const { path, distribution } of layer.distributions) systems.set(path, distribution);
    for (const { path, names } of layer.repositories ?? []) repositories.set(path, names);
    for (const evidence of layer.evidence) {
      held.set(evidence.path, { evidence, layer: position });
      for (const found of evidence.packages) {
        const key = identityIn(evidence.path, found);
        if (!firstSeen.has(key)) firstSeen.set(key, position);
      }
    }
    for (const each of layer.licences ?? []) licences.set(each.package, each.licences);
    for (const each of layer.incomplete) incomplete.push({ ...each, layer: position });
  });
  const distribution = withRepositories(
    systems.get('etc/os-release') ?? systems.get('usr/lib/os-release'),
    new Set([...[...repositories.values()].flat(), ...productOf(labels)]),
  );
  const packages = [...held.values()].flatMap(({ evidence, layer }) =>
    evidence.packages.map((found) =>
      installed(
        declared(found, licences),
        distribution,
        evidence.path,
        firstSeen.get(identityIn(evidence.path, found)) ?? layer,
      ),
    ),
  );
  return { distribution, packages: withoutSystemPrograms(withoutInstalled(unique(packages))), incomplete };
}

/** Red Hat's builds name the product of the image, a CPE 2.2 URI, in a label. */
function productOf(labels: Readonly<Record<string, string>> | null | undefined): string[] {
  const cpe = labels?.['cpe'];
  return cpe?.startsWith('cpe:/') ? [cpe.slice(0, 300)] : [];
}

function withRepositories(
  distribution: Distribution | undefined,
  repositories: ReadonlySet<string>,
): Distribution | undefined {
  if (!distribution || repositories.size === 0) return distribution;
  return { ...distribution, repositories: [...repositories].sort() };
}

function installed(
  found: FoundPackage,
  distribution: Distribution | undefined,
  path: string,
  layer: number,
): InstalledPackage {
  return { ...found, purl: purlOf(found, distribution), path, layer };
}

/** Debian's status file names no licences; the package's copyright file does, in whichever layer it came. */
function declared(found: FoundPackage, licences: ReadonlyMap<string, readonly string[]>): FoundPackage {
  const known = found.type === 'deb' && !found.licences ? licences.get(found.name) : undefined;
  return known ? { ...found, licences: known } : found;
}

/** Two files can tell of one package (status and status.d): the first stands. */
function unique(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const seen = new Map<string, InstalledPackage>();
  for (const each of packages) {
    const key =
      each.type === 'deb' || each.type === 'apk' || each.type === 'rpm' || each.type === 'alpm'
        ? each.purl
        : `${each.purl}\0${each.path}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

/** A package database lists one package in many layers; a package of a file of its own is that file. */
function identityIn(path: string, found: FoundPackage): string {
  return `${path}\0${found.name}\0${found.version}\0${found.architecture ?? ''}`;
}

/** Takes away what lower layers held at these paths and below them; `itself` is false for opaque directories. */
function removeBelow(maps: readonly Map<string, unknown>[], hidden: ReadonlySet<string>, itself: boolean): void {
  if (hidden.size === 0) return;
  for (const map of maps)
    for (const path of map.keys())
      if ((itself && hidden.has(path)) || hidden.has('') || hasParentIn(hidden, path)) map.delete(path);
}

function hasParentIn(hidden: ReadonlySet<string>, path: string): boolean {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    if (hidden.has(path.slice(0, slash))) return true;
  return false;
}
