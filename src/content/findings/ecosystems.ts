import type { Distribution, FoundPackage } from '../inventory/package.ts';

/** Under which names advisories speak of a package: the ecosystem, and the name and version they compare. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** The advisories' name of a distribution release, or none when we know of no feed for it. */
export function ecosystemOf(distribution: Distribution): string | undefined {
  const major = distribution.version.split('.')[0];
  if (distribution.id === 'debian') return major ? `Debian:${major}` : 'Debian:unstable';
  return undefined;
}

/** The key of a package, or none when its kind or its distribution has no advisories: then the answer is "unknown". */
export function advisoryKeyOf(found: FoundPackage, distribution: Distribution | undefined): AdvisoryKey | undefined {
  if (found.type === 'deb') {
    const ecosystem = distribution && ecosystemOf(distribution);
    return ecosystem
      ? { ecosystem, name: found.sourceName ?? found.name, version: found.sourceVersion ?? found.version }
      : undefined;
  }
  return undefined;
}
