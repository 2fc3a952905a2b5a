import { normalPythonName } from '../findings/python-name.ts';
import type { VersionScheme } from './version-order.ts';

/** Version order of OSV's ecosystems by their name without suffix (OSV schema, "Defined ecosystems"). */
const SCHEMES: Readonly<Record<string, VersionScheme>> = {
  npm: 'semver',
  Go: 'semver',
  'crates.io': 'semver',
  Bitnami: 'semver',
  Hex: 'semver',
  PyPI: 'pep440',
  Maven: 'maven',
  RubyGems: 'gem',
  NuGet: 'nuget',
  Packagist: 'composer',
  Debian: 'deb',
  Ubuntu: 'deb',
  Alpine: 'apk',
  Wolfi: 'apk',
  Chainguard: 'apk',
  Alpaquita: 'apk',
  'BellSoft Hardened Containers': 'apk',
  MinimOS: 'apk',
  AlmaLinux: 'rpm',
  'Rocky Linux': 'rpm',
  'Red Hat': 'rpm',
  openSUSE: 'rpm',
  SUSE: 'rpm',
  Mageia: 'rpm',
  openEuler: 'rpm',
  'Azure Linux': 'rpm',
};

/** Systems whose records are notices that fix several CVEs: those stand in `related` or `upstream`. */
const NOTICES = new Set([
  'AlmaLinux',
  'Rocky Linux',
  'Red Hat',
  'openSUSE',
  'SUSE',
  'Mageia',
  'openEuler',
  'Ubuntu',
  'Debian',
]);

export interface OsvEcosystem {
  readonly name: string;
  readonly base: string;
  readonly scheme: VersionScheme;
  readonly notices: boolean;
}

export function osvEcosystem(name: string): OsvEcosystem | undefined {
  const colon = name.indexOf(':');
  const base = colon < 0 ? name : name.slice(0, colon);
  const scheme = Object.hasOwn(SCHEMES, base) ? SCHEMES[base] : undefined;
  return scheme && { name, base, scheme, notices: NOTICES.has(base) };
}

/** The name as advisories and packages share it. */
export function osvPackageName(ecosystem: OsvEcosystem, name: string): string {
  return ecosystem.base === 'PyPI' ? normalPythonName(name) : name;
}
