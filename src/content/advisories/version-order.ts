import { compareApk } from './orders/apk.ts';
import { compareComposer } from './orders/composer.ts';
import { compareDebian } from './orders/deb.ts';
import { compareGem } from './orders/gem.ts';
import { compareMaven } from './orders/maven.ts';
import { compareNuget } from './orders/nuget.ts';
import { comparePacman } from './orders/pacman.ts';
import { comparePep440 } from './orders/pep440.ts';
import { compareRpm } from './orders/rpm.ts';
import { compareSemver } from './orders/semver.ts';

/** Negative when a is older than b, zero when they are the same to the package manager, positive when newer. */
export type CompareVersions = (a: string, b: string) => number;

/** One order per packaging system; Go modules, npm and crates are Semantic Versioning. */
export const versionOrders = {
  deb: compareDebian,
  apk: compareApk,
  rpm: compareRpm,
  semver: compareSemver,
  pep440: comparePep440,
  maven: compareMaven,
  gem: compareGem,
  nuget: compareNuget,
  composer: compareComposer,
  pacman: comparePacman,
} as const satisfies Record<string, CompareVersions>;

export type VersionScheme = keyof typeof versionOrders;
