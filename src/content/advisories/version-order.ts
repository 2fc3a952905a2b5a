import { compareApk } from './orders/apk.ts';
import { compareComposer, compareComposerPackage } from './orders/composer.ts';
import { compareConan } from './orders/conan.ts';
import { compareDebian } from './orders/deb.ts';
import { compareGem } from './orders/gem.ts';
import { compareGentoo } from './orders/gentoo.ts';
import { compareMaven } from './orders/maven.ts';
import { compareNuget } from './orders/nuget.ts';
import { compareNumberLists } from './orders/numbers.ts';
import { compareOpenssl } from './orders/openssl.ts';
import { comparePacman } from './orders/pacman.ts';
import { comparePep440 } from './orders/pep440.ts';
import { comparePub } from './orders/pub.ts';
import { compareRpm } from './orders/rpm.ts';
import { compareSemver } from './orders/semver.ts';

/**
 * Negative when a is older than b, zero when they are the same to the package manager, positive when newer. Any two
 * texts have an order: each file of orders/ says what it makes of one that is no version of its scheme.
 */
export type CompareVersions = (a: string, b: string) => number;

/** One order per packaging system; Go modules, npm, crates and many more are Semantic Versioning. */
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
  'composer-normal': compareComposerPackage,
  pacman: comparePacman,
  gentoo: compareGentoo,
  conan: compareConan,
  openssl: compareOpenssl,
  hackage: compareNumberLists,
  cran: compareNumberLists,
  pub: comparePub,
} as const satisfies Record<string, CompareVersions>;

export type VersionScheme = keyof typeof versionOrders;

/** Other names under which people know a scheme, in small letters. */
export const schemeAliases: Readonly<Record<string, VersionScheme>> = {
  debian: 'deb',
  dpkg: 'deb',
  ubuntu: 'deb',
  alpine: 'apk',
  wolfi: 'apk',
  chainguard: 'apk',
  redhat: 'rpm',
  rhel: 'rpm',
  fedora: 'rpm',
  centos: 'rpm',
  suse: 'rpm',
  rpmvercmp: 'rpm',
  npm: 'semver',
  'semver-npm': 'semver',
  node: 'semver',
  go: 'semver',
  golang: 'semver',
  cargo: 'semver',
  crates: 'semver',
  'crates.io': 'semver',
  rust: 'semver',
  hex: 'semver',
  elixir: 'semver',
  erlang: 'semver',
  swift: 'semver',
  julia: 'semver',
  bitnami: 'semver',
  pypi: 'pep440',
  pip: 'pep440',
  python: 'pep440',
  mvn: 'maven',
  java: 'maven',
  rubygems: 'gem',
  ruby: 'gem',
  dotnet: 'nuget',
  packagist: 'composer',
  php: 'composer',
  alpm: 'pacman',
  'alpm-pacman': 'pacman',
  arch: 'pacman',
  archlinux: 'pacman',
  vercmp: 'pacman',
  ebuild: 'gentoo',
  portage: 'gentoo',
  conancenter: 'conan',
  haskell: 'hackage',
  r: 'cran',
  bioconductor: 'cran',
  dart: 'pub',
};

/** The scheme of a name that a person gives, in any case; none when it is unknown. */
export function versionScheme(name: string): VersionScheme | undefined {
  const small = name.toLowerCase();
  if (Object.hasOwn(versionOrders, small)) return small as VersionScheme;
  return Object.hasOwn(schemeAliases, small) ? schemeAliases[small] : undefined;
}
