import { purlOf } from '../inventory/purl.ts';
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
 */
export function squash(layers: readonly LayerInventory[]): ImageInventory {
  const held = new Map<string, Held>();
  const systems = new Map<string, Distribution>();
  const firstSeen = new Map<string, number>();
  const incomplete: (Incomplete & { layer: number })[] = [];
  layers.forEach((layer, position) => {
    for (const path of layer.opaque) removeBelow(held, systems, path, false);
    for (const path of layer.whiteouts) removeBelow(held, systems, path, true);
    for (const path of layer.replaced) removeBelow(held, systems, path, true);
    for (const { path, distribution } of layer.distributions) systems.set(path, distribution);
    for (const evidence of layer.evidence) {
      held.set(evidence.path, { evidence, layer: position });
      for (const found of evidence.packages) {
        const key = identityIn(evidence.path, found);
        if (!firstSeen.has(key)) firstSeen.set(key, position);
      }
    }
    for (const each of layer.incomplete) incomplete.push({ ...each, layer: position });
  });
  const distribution = systems.get('etc/os-release') ?? systems.get('usr/lib/os-release');
  const packages = [...held.values()].flatMap(({ evidence, layer }) =>
    evidence.packages.map((found) =>
      installed(found, distribution, evidence.path, firstSeen.get(identityIn(evidence.path, found)) ?? layer),
    ),
  );
  return { distribution, packages: unique(packages), incomplete };
}

function installed(
  found: FoundPackage,
  distribution: Distribution | undefined,
  path: string,
  layer: number,
): InstalledPackage {
  return { ...found, purl: purlOf(found, distribution), path, layer };
}

/** Two files can tell of one package (status and status.d): the first stands. */
function unique(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const seen = new Map<string, InstalledPackage>();
  for (const each of packages) {
    const key =
      each.type === 'deb' || each.type === 'apk' || each.type === 'rpm' ? each.purl : `${each.purl}\0${each.path}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

/** A package database lists one package in many layers; a package of a file of its own is that file. */
function identityIn(path: string, found: FoundPackage): string {
  return `${path}\0${found.name}\0${found.version}\0${found.architecture ?? ''}`;
}

function removeBelow(held: Map<string, Held>, systems: Map<string, Distribution>, path: string, itself: boolean): void {
  const inside = `${path}/`;
  for (const map of [held, systems] as Map<string, unknown>[])
    for (const each of map.keys())
      if ((itself && each === path) || path === '' || each.startsWith(inside)) map.delete(each);
}
