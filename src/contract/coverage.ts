import { advisoryKeyOf } from '../content/findings/ecosystems.ts';
import type { Distribution, FoundPackage } from '../content/inventory/package.ts';
import type { Report } from './report.ts';

/** Packages that no imported feed speaks of; for them "no findings" means "unknown", never "clean". */
export interface Gap {
  /** Kind of package, or the ecosystem whose advisories are missing: `npm`, `Debian:12`. */
  readonly of: string;
  readonly packages: number;
}

/** What of a report could not be judged, most packages first. Pure. */
export function gapsOf({ packages, distribution, advisories }: Report): Gap[] {
  const covered = new Set(advisories.feeds.flatMap((feed) => feed.ecosystems));
  const counts = new Map<string, number>();
  for (const each of packages) {
    // Judged as the package of the distribution that owns its files.
    if (each.ownedBy !== undefined) continue;
    const key = advisoryKeyOf(each as FoundPackage, distribution as Distribution | undefined);
    if (key && [key.ecosystem, ...(key.also ?? [])].some((each) => covered.has(each))) continue;
    const of = key?.ecosystem ?? each.type;
    counts.set(of, (counts.get(of) ?? 0) + 1);
  }
  return [...counts].map(([of, count]) => ({ of, packages: count })).sort((a, b) => b.packages - a.packages);
}

/** `no advisories for npm (12 packages)` */
export function gapInWords({ of, packages }: Gap): string {
  return `no advisories for ${of} (${packages === 1 ? '1 package' : `${packages} packages`})`;
}

/** Of an image of Red Hat that is judged by its release alone: why its repositories do not count. Pure. */
export function productsInWords({ distribution }: Report): string | undefined {
  if (distribution?.productsBy !== 'release') return undefined;
  return distribution.repositories === undefined
    ? `the image does not tell its repositories; judged as ${distribution.name}, without layered products and minor streams`
    : `no mapping of Red Hat's repositories is at hand (feed redhat-repositories); judged as ${distribution.name} alone`;
}
