import { normalPythonName } from '../findings/python-name.ts';
import type { VersionScheme } from './version-order.ts';

/**
 * Version order of every ecosystem by its name without suffix: those of the OSV schema, "Defined ecosystems", and after
 * them distributions that OSV does not know. `FreeBSD` and `TuxCare` are not here, of which no order is known; `Root` and
 * `Seal` are named by the ecosystem they patch.
 */
const SCHEMES: Readonly<Record<string, VersionScheme>> = {
  npm: 'semver',
  Go: 'semver',
  'crates.io': 'semver',
  Bitnami: 'semver',
  Hex: 'semver',
  Pub: 'pub',
  PyPI: 'pep440',
  Maven: 'maven',
  RubyGems: 'gem',
  NuGet: 'nuget',
  Packagist: 'composer-normal',
  CRAN: 'cran',
  Bioconductor: 'cran',
  Hackage: 'hackage',
  GHC: 'hackage',
  ConanCenter: 'conan',
  SwiftURL: 'semver',
  Julia: 'semver',
  'GitHub Actions': 'semver',
  Kubernetes: 'semver',
  VSCode: 'semver',
  Linux: 'semver',
  'OSS-Fuzz': 'semver',
  Android: 'hackage',
  opam: 'deb',
  Debian: 'deb',
  Ubuntu: 'deb',
  Echo: 'deb',
  Alpine: 'apk',
  Wolfi: 'apk',
  Chainguard: 'apk',
  MinimOS: 'apk',
  CleanStart: 'apk',
  'Docker Hardened Images': 'deb',
  Alpaquita: 'apk',
  'BellSoft Hardened Containers': 'apk',
  AlmaLinux: 'rpm',
  'Rocky Linux': 'rpm',
  'Red Hat': 'rpm',
  openSUSE: 'rpm',
  SUSE: 'rpm',
  Mageia: 'rpm',
  openEuler: 'rpm',
  'Azure Linux': 'rpm',
  'Photon OS': 'rpm',
  'Oracle Linux': 'rpm',
  'Amazon Linux': 'rpm',
  Bottlerocket: 'rpm',
  Fedora: 'rpm',
  Arch: 'pacman',
  Gentoo: 'gentoo',
};

/** Spellings of names that people and tools use, in small letters. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.keys(SCHEMES).map((name) => [name.toLowerCase(), name])),
  pip: 'PyPI',
  python: 'PyPI',
  golang: 'Go',
  cargo: 'crates.io',
  rust: 'crates.io',
  gem: 'RubyGems',
  composer: 'Packagist',
  conan: 'ConanCenter',
  rhel: 'Red Hat',
  redhat: 'Red Hat',
  alma: 'AlmaLinux',
  rocky: 'Rocky Linux',
  oracle: 'Oracle Linux',
  ol: 'Oracle Linux',
  amazon: 'Amazon Linux',
  amzn: 'Amazon Linux',
  azurelinux: 'Azure Linux',
  mariner: 'Azure Linux',
  photon: 'Photon OS',
  archlinux: 'Arch',
};

const CODENAMES: Readonly<Record<string, string>> = {
  etch: '4',
  lenny: '5',
  squeeze: '6',
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
  sid: 'unstable',
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
  'Azure Linux',
  'Photon OS',
]);

/** Stands for the stream of a module where a notice does not name it. */
export const ANY_STREAM = '*';

export interface OsvEcosystem {
  /** The canonical name, under which entries are stored and looked up. */
  readonly name: string;
  readonly base: string;
  readonly scheme: VersionScheme;
  readonly notices: boolean;
}

/** An ecosystem by any of its names; none when no version order is known for it. */
export function osvEcosystem(name: string): OsvEcosystem | undefined {
  const colon = name.indexOf(':');
  const given = colon < 0 ? name : name.slice(0, colon);
  const suffix = colon < 0 ? '' : name.slice(colon + 1);
  const base = Object.hasOwn(SCHEMES, given) ? given : SPELLINGS[given.toLowerCase()];
  if (base === undefined) return given === 'Root' || given === 'Seal' ? patchedOf(given, name, suffix) : undefined;
  const release = releaseOf(base, suffix);
  return {
    name: release === '' ? base : `${base}:${release}`,
    base,
    scheme: SCHEMES[base]!,
    notices: NOTICES.has(base),
  };
}

/** The name under which entries of an ecosystem are stored; a name that is not known stays as it is. */
export function canonicalEcosystem(name: string): string {
  return osvEcosystem(name)?.name ?? name;
}

/** `Root:Alpine:3.18`, `Seal:npm`: the vendor patches the packages of the ecosystem that follows its name. */
function patchedOf(vendor: string, name: string, patched: string): OsvEcosystem | undefined {
  const found = patched === '' ? undefined : osvEcosystem(patched);
  return found && { ...found, name, base: vendor, notices: false };
}

function releaseOf(base: string, suffix: string): string {
  switch (base) {
    case 'Alpine':
      return /^\d/.test(suffix) ? `v${suffix.split('.').slice(0, 2).join('.')}` : suffix;
    case 'Debian':
      return CODENAMES[suffix] ?? (/^\d/.test(suffix) ? suffix.split('.')[0]! : suffix);
    case 'Ubuntu':
      return ubuntuRelease(suffix);
    case 'Red Hat':
      return redHatProduct(suffix);
    // A repository other than the usual one holds packages of names of its own.
    case 'Maven':
    case 'Packagist':
    case 'VSCode':
      return '';
    default:
      return suffix;
  }
}

/** Long-term releases are those of April in even years; the schema wants them marked. */
function ubuntuRelease(suffix: string): string {
  const release = /(?:^|:)(\d\d)\.(\d\d)$/.exec(suffix);
  return release && release[2] === '04' && Number(release[1]) % 2 === 0 ? `${suffix}:LTS` : suffix;
}

const REPOSITORY_OF =
  /^((?:enterprise_linux|(?:rhel|enterprise_linux)_(?:eus|aus|tus|e4s|els|eus_long_life|mission_critical)):\d+(?:\.\d+)?)(?:::.*)?$/;

/**
 * A CPE without `cpe:/a:redhat:` as OSV has it. The repositories of one product are taken together (`::appstream`,
 * `::baseos` …), and the minor releases of Enterprise Linux itself; products of a minor release (EUS …) stay apart.
 */
function redHatProduct(suffix: string): string {
  const bare = suffix.replace(/^cpe:\/[aoh]:redhat:/, '');
  if (/^\d+(?:\.\d+)?$/.test(bare)) return `enterprise_linux:${bare.split('.')[0]}`;
  const product = REPOSITORY_OF.exec(bare)?.[1];
  if (product === undefined) return bare;
  return product.startsWith('enterprise_linux:') ? product.split('.')[0]! : product;
}

/** The name as advisories and packages share it. */
export function osvPackageName(ecosystem: Pick<OsvEcosystem, 'base'>, name: string): string {
  switch (ecosystem.base) {
    case 'PyPI':
      return normalPythonName(name);
    case 'NuGet':
    case 'Packagist':
    case 'GitHub Actions':
      return name.toLowerCase();
    // The name is the address of the repository, which people and tools write in several ways.
    case 'SwiftURL':
      return name
        .toLowerCase()
        .replace(/^[a-z+]+:\/\//, '')
        .replace(/(?:\.git)?\/?$/, '');
    case 'Maven':
      return name.includes(':') ? name : name.replace('/', ':');
    default:
      return name;
  }
}
