import type { InstalledPackage } from '../inventory/package.ts';

/** Names under which distributions package programs that have another name here. */
const PACKAGED_AS: Readonly<Record<string, readonly string[]>> = {
  httpd: ['httpd', 'apache'],
  openjdk: ['openjdk', 'java', 'temurin', 'jdk', 'jre'],
  glibc: ['glibc', 'libc6'],
  zlib: ['zlib', 'libz'],
  go: ['go'],
};

const SYSTEMS = new Set(['deb', 'apk', 'rpm', 'alpm', 'bitnami']);

/**
 * Leaves out programs that a package of the distribution brought: its vendor judges them. Where the package lists no
 * files, its name and version tell.
 */
export function withoutSystemPrograms(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const system = packages.filter(({ type }) => SYSTEMS.has(type));
  return packages.filter(
    (each) =>
      !isProgram(each) || (each.ownedBy === undefined && !system.some((packaged) => isBuiltFrom(packaged, each))),
  );
}

function isProgram({ type, declared }: InstalledPackage): boolean {
  return type === 'generic' && declared !== true;
}

function isBuiltFrom(packaged: InstalledPackage, { name, version }: InstalledPackage): boolean {
  const bare = (packaged.sourceVersion ?? packaged.version).replace(/^\d+:/, '');
  if (!bare.startsWith(version) || /^\d/.test(bare.slice(version.length))) return false;
  const names = PACKAGED_AS[name] ?? [name];
  return names.some((each) => packaged.name.includes(each) || (packaged.sourceName ?? '').includes(each));
}
