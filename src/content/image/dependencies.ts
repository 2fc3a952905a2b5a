import { normalPythonName } from '../findings/python-name.ts';
import type { InstalledPackage } from '../inventory/package.ts';

/** Packages of an image in the order given, and which of them each needs. */
export interface DependencyGraph {
  /** For each package the positions of those that it needs; what is not in the image is left out. */
  readonly needs: readonly (readonly number[])[];
}

/** Edges of one image that are kept. */
const MAX_EDGES = 500_000;

/**
 * Who needs whom: names that packages depend on, found among packages of their kind and what those provide. Of several of
 * one name, npm takes the nearest in the tree of folders, lock files the one of the same file, others the first. Pure.
 */
export function dependencyGraph(packages: readonly InstalledPackage[]): DependencyGraph {
  const byName = new Map<string, number[]>();
  const note = (key: string, position: number) => {
    const known = byName.get(key);
    if (known) known.push(position);
    else byName.set(key, [position]);
  };
  for (const [position, each] of packages.entries()) note(keyOf(each.type, each.name), position);
  for (const [position, each] of packages.entries())
    for (const name of each.provides ?? []) note(keyOf(each.type, name), position);
  let edges = 0;
  const needs = packages.map((each, position) => {
    const found = new Set<number>();
    for (const name of each.dependsOn ?? []) {
      const target = choose(each, byName.get(keyOf(each.type, name)) ?? [], packages);
      if (target !== undefined && target !== position && ++edges <= MAX_EDGES) found.add(target);
    }
    return [...found];
  });
  return { needs };
}

function keyOf(type: string, name: string): string {
  return `${type}\0${type === 'pypi' ? normalPythonName(name) : name}`;
}

function choose(
  from: InstalledPackage,
  candidates: readonly number[],
  packages: readonly InstalledPackage[],
): number | undefined {
  if (candidates.length < 2) return candidates[0];
  if (from.type === 'npm' && from.declared !== true) return nearest(from.path, candidates, packages);
  return candidates.find((each) => packages[each]?.path === from.path) ?? candidates[0];
}

/** Node.js, "Loading from node_modules folders": the folder of the package itself, then each one above. */
function nearest(
  path: string,
  candidates: readonly number[],
  packages: readonly InstalledPackage[],
): number | undefined {
  let best: number | undefined;
  let length = -1;
  for (const each of candidates) {
    const other = packages[each]?.path ?? '';
    const folder = other.slice(0, other.lastIndexOf('node_modules/'));
    if (path.startsWith(folder) && folder.length > length) {
      best = each;
      length = folder.length;
    }
  }
  return best ?? candidates[0];
}
