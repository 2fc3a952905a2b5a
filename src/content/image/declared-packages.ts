import { normalPythonName } from '../findings/python-name.ts';
import type { InstalledPackage } from '../inventory/package.ts';

/** From this share of its names on, what is installed was installed by the lock file. */
const SHARE = 0.5;
/** Folders beside a lock file into which its tool installs. */
const FOLDERS: Partial<Record<InstalledPackage['type'], string>> = {
  npm: 'node_modules/',
  composer: 'vendor/',
};

/**
 * Leaves out what lock files say of packages whose installation was read itself: the installed ones would be counted
 * twice, and the rest (for development, for other platforms) was not installed. A lock file stands whole where nothing
 * of it is installed.
 */
export function withoutInstalled(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const locks = Map.groupBy(
    packages.filter((each) => each.declared === true),
    (each) => each.path,
  );
  if (locks.size === 0) return [...packages];
  const installed = packages.filter((each) => each.declared !== true);
  const names = new Set(installed.map(nameKey));
  const versions = new Set(installed.map((each) => `${nameKey(each)}\0${each.version}`));
  const followed = new Set<string>();
  for (const [path, declared] of locks) {
    const type = declared[0]!.type;
    const folder = FOLDERS[type];
    const beside = path.slice(0, path.lastIndexOf('/') + 1) + (folder ?? '');
    const done = folder
      ? installed.some((each) => each.type === type && each.path.startsWith(beside))
      : declared.filter((each) => names.has(nameKey(each))).length >= declared.length * SHARE;
    if (done) followed.add(path);
  }
  return packages.filter(
    (each) =>
      each.declared !== true ||
      (!followed.has(each.path) && (FOLDERS[each.type] || !versions.has(`${nameKey(each)}\0${each.version}`))),
  );
}

function nameKey({ type, name }: InstalledPackage): string {
  return `${type}\0${type === 'pypi' ? normalPythonName(name) : name}`;
}
