import type { Distribution, FoundPackage } from '../inventory/package.ts';
import { normalPythonName } from './python-name.ts';

/** Under which names advisories speak of a package: the ecosystem, and the name and version they compare. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** The advisories' name of a distribution release, or none when we know of no feed for it. */
export function ecosystemOf({ id, version }: Distribution): string | undefined {
  const [major = '', minor = ''] = version.split('.');
  switch (id) {
    case 'debian':
      return major ? `Debian:${major}` : 'Debian:unstable';
    case 'ubuntu':
      // Long-term releases are those of April in even years.
      return version ? `Ubuntu:${version}${minor === '04' && Number(major) % 2 === 0 ? ':LTS' : ''}` : undefined;
    case 'alpine':
      return version.includes('_alpha') || version === '' ? 'Alpine:edge' : `Alpine:v${major}.${minor}`;
    case 'wolfi':
      return 'Wolfi';
    case 'chainguard':
      return 'Chainguard';
    case 'almalinux':
      return major ? `AlmaLinux:${major}` : undefined;
    case 'rocky':
      return major ? `Rocky Linux:${major}` : undefined;
    case 'mageia':
      return major ? `Mageia:${major}` : undefined;
    default:
      return undefined;
  }
}

/**
 * The key of a package, or none when its kind or its distribution has no advisories: then the answer is "unknown". A
 * package whose files belong to a package of the operating system has none either: that one is judged in its place.
 */
export function advisoryKeyOf(found: FoundPackage, distribution: Distribution | undefined): AdvisoryKey | undefined {
  if (found.ownedBy !== undefined) return undefined;
  const ecosystem = distribution && ecosystemOf(distribution);
  switch (found.type) {
    case 'deb':
    case 'apk':
      return ecosystem
        ? { ecosystem, name: found.sourceName ?? found.name, version: found.sourceVersion ?? found.version }
        : undefined;
    case 'rpm':
      // Notices of rpm systems name binary packages, those of modules with their stream.
      return ecosystem
        ? { ecosystem, name: found.module ? `${found.module}/${found.name}` : found.name, version: found.version }
        : undefined;
    case 'npm':
      return { ecosystem: 'npm', name: found.name, version: found.version };
    case 'pypi':
      return { ecosystem: 'PyPI', name: normalPythonName(found.name), version: found.version };
    case 'golang':
      return found.version === '(devel)'
        ? undefined
        : { ecosystem: 'Go', name: found.name, version: goVersion(found.version) };
    case 'maven':
      return found.name.includes(':') ? { ecosystem: 'Maven', name: found.name, version: found.version } : undefined;
    case 'conda':
    case 'generic':
      return undefined;
  }
  return undefined;
}

/** `v1.2.3` and the toolchain's `1.22rc1` as records have them: `1.2.3`, `1.22.0-rc.1`. */
function goVersion(version: string): string {
  const early = /^(\d+)\.(\d+)(rc|beta)(\d+)$/.exec(version);
  if (early) return `${early[1]}.${early[2]}.0-${early[3]}.${early[4]}`;
  return version.startsWith('v') ? version.slice(1) : version;
}
