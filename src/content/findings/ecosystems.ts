import { osvEcosystem, osvPackageName } from '../advisories/osv-ecosystems.ts';
import type { Distribution, FoundPackage } from '../inventory/package.ts';

/** Under which names advisories speak of a package: the ecosystem, and the name and version they compare. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  /** Where advisories name binary packages, those that speak of the source package stand under its name. */
  readonly sourceName?: string;
  /** Where advisories name source packages, those that speak of the binary package stand under its name. */
  readonly binaryName?: string;
  /** Where advisories tell architectures apart: that of the package. */
  readonly architecture?: string;
  /** Of modular rpm builds `name:stream`, empty for builds of no module; absent when it is not known. */
  readonly module?: string;
  /** Further ecosystems that speak of the same package: subscriptions, modules of a product. */
  readonly also?: readonly string[];
  /** Of Red Hat images: the repositories their packages came from; they decide which products are looked at. */
  readonly repositories?: readonly string[];
}

/** The advisories' name of a distribution release, or none when we know of no feed for it. */
export function ecosystemOf(distribution: Distribution): string | undefined {
  return ecosystemsOf(distribution)[0];
}

/** All names under which advisories know a distribution release, the main one first; none for an unknown one. */
export function ecosystemsOf({ id, version, name, repositories }: Distribution): readonly string[] {
  const [major = '', minor = ''] = version.split('.');
  const of = (base: string, release = major) => (release === '' ? [] : [`${base}:${release}`]);
  switch (id) {
    case 'debian':
      return of('Debian', major || 'unstable');
    case 'ubuntu': {
      if (version === '') return [];
      // Long-term releases are those of April in even years; only they have a subscription with fixes of its own.
      const longTerm = minor === '04' && Number(major) % 2 === 0;
      return longTerm ? [`Ubuntu:${version}:LTS`, `Ubuntu:Pro:${version}:LTS`] : [`Ubuntu:${version}`];
    }
    case 'alpine':
      return of('Alpine', version.includes('_alpha') || version === '' ? 'edge' : `v${major}.${minor}`);
    case 'wolfi':
      return ['Wolfi'];
    case 'chainguard':
      return ['Chainguard'];
    case 'minimos':
      return ['MinimOS'];
    case 'echo':
      return ['Echo'];
    case 'almalinux':
      return of('AlmaLinux');
    case 'rocky':
      return of('Rocky Linux');
    case 'rhel':
      return of('Red Hat', major && `enterprise_linux:${major}`);
    // Built from the same sources by the same company; releases up to 8 get the same fixes.
    case 'centos':
      return Number(major) <= 8 ? of('Red Hat', `enterprise_linux:${major}`) : [];
    case 'fedora':
      return of('Fedora');
    case 'ol':
      return of('Oracle Linux');
    case 'amzn':
      return amazonReleases(major, repositories ?? []);
    case 'bottlerocket':
      return ['Bottlerocket'];
    case 'azurelinux':
    case 'mariner':
      return of('Azure Linux');
    case 'photon':
      return of('Photon OS', minor === '' ? major : `${major}.${minor}`);
    case 'mageia':
      return of('Mageia');
    case 'openEuler':
    case 'openeuler':
      return of('openEuler', /\b(\d\d\.\d\d(?:-LTS(?:-SP\d)?)?)/.exec(`${version} ${name}`)?.[1] ?? version);
    case 'opensuse-leap':
      return of('openSUSE', `Leap ${version}`);
    case 'opensuse-tumbleweed':
      return of('openSUSE', 'Tumbleweed');
    case 'sl-micro':
      return of('SUSE', `Linux Micro ${major}.${minor}`);
    case 'sles':
    case 'sled':
    case 'sle-micro':
    case 'sles_sap':
      return suseProducts(id, major, minor);
    case 'alpaquita':
      return of('Alpaquita', version === '' || version.includes('stream') ? 'stream' : major);
    case 'arch':
      return ['Arch'];
    case 'gentoo':
      return ['Gentoo'];
    default:
      return [];
  }
}

/** The first release is numbered by its years; topics of the second's extras library stand beside it where enabled. */
function amazonReleases(major: string, repositories: readonly string[]): string[] {
  if (major === '') return [];
  const release = /^201\d$/.test(major) ? '1' : major;
  const topics = repositories.flatMap((each) => /^amzn2extra-([a-z0-9.-]+)$/.exec(each)?.[1] ?? []);
  return [`Amazon Linux:${release}`, ...(release === '2' ? topics.map((topic) => `Amazon Linux:2:${topic}`) : [])];
}

/** SUSE's fixes stand under the product and the modules that base images draw from. */
function suseProducts(id: string, major: string, minor: string): string[] {
  if (major === '') return [];
  const release = minor === '' || minor === '0' ? major : `${major} SP${minor}`;
  const product = id === 'sled' ? 'Linux Enterprise Desktop' : id === 'sle-micro' ? 'Linux Enterprise Micro' : '';
  if (product === 'Linux Enterprise Micro') return [`SUSE:${product} ${major}.${minor}`];
  const modules = [
    'Basesystem',
    'Server Applications',
    'Development Tools',
    'Python 3',
    'Web and Scripting',
    'Containers',
    'Legacy',
    'Package Hub',
  ];
  return [
    `SUSE:${product || 'Linux Enterprise Server'} ${release}`,
    ...(Number(major) < 15 ? [] : modules.map((name) => `SUSE:Linux Enterprise Module for ${name} ${release}`)),
    `SUSE:Linux Enterprise Server ${release}-LTSS`,
  ];
}

/** The key of what a person asks for by name: any spelling of the ecosystem, its canonical name of the package. */
export function canonicalKey({ ecosystem, name, version }: AdvisoryKey): AdvisoryKey {
  const known = osvEcosystem(ecosystem);
  if (!known) return { ecosystem, name, version };
  // `nodejs:18/npm` names the stream of a modular build.
  const slash = known.scheme === 'rpm' && name.includes(':') ? name.lastIndexOf('/') : -1;
  if (slash > 0) return { ecosystem: known.name, name: name.slice(slash + 1), version, module: name.slice(0, slash) };
  return {
    ecosystem: known.name,
    name: osvPackageName(known, name),
    version: known.base === 'Go' ? goVersion(version) : version,
    ...(known.scheme === 'rpm' && !version.includes('.module') && { module: '' }),
  };
}

/**
 * The key of a package, or none when its kind or its distribution has no advisories: then the answer is "unknown". A
 * package whose files belong to a package of the operating system has none either: that one is judged in its place.
 */
export function advisoryKeyOf(found: FoundPackage, distribution: Distribution | undefined): AdvisoryKey | undefined {
  if (found.ownedBy !== undefined) return undefined;
  const library = libraryKey(found);
  if (library) return library;
  // A part that another system built has other fixes, and nobody here knows its release.
  if (found.namespace !== undefined && found.namespace !== distribution?.id) return undefined;
  const [ecosystem, ...also] = distribution ? ecosystemsOf(distribution) : [];
  if (ecosystem === undefined) return undefined;
  const more = {
    ...(also.length > 0 && { also }),
    ...(ecosystem.startsWith('Red Hat:') && distribution?.repositories && { repositories: distribution.repositories }),
  };
  if (found.type === 'rpm') return rpmKey(found, ecosystem, more);
  if (found.type === 'deb' || found.type === 'apk')
    return { ecosystem, name: found.sourceName ?? found.name, version: found.sourceVersion ?? found.version, ...more };
  return found.type === 'alpm' || found.type === 'ebuild'
    ? { ecosystem, name: found.name, version: found.version }
    : undefined;
}

/** Systems whose advisories name source packages alone. */
const BY_SOURCE = /^(?:SUSE|openSUSE|openEuler|Azure Linux|Mageia):/;

/** Systems whose advisories tell architectures apart. */
const BY_ARCHITECTURE = /^(?:Fedora|Oracle Linux|Rocky Linux|Amazon Linux|Bottlerocket):?/;

/** Notices of most rpm systems name binary packages, those of modules with their stream; some name the source. */
function rpmKey(found: FoundPackage, ecosystem: string, more: Pick<AdvisoryKey, 'also' | 'repositories'>): AdvisoryKey {
  const { sourceName, version } = found;
  if (BY_SOURCE.test(ecosystem))
    return {
      ecosystem,
      name: sourceName ?? found.name,
      version,
      ...(/^(?:SUSE|openSUSE):/.test(ecosystem) && {
        binaryName: found.name,
        ...(found.architecture !== undefined && { architecture: found.architecture }),
      }),
      ...more,
    };
  // A modular build whose label is gone may be of any stream.
  const module = found.module ?? (version.includes('.module') ? undefined : '');
  return {
    ecosystem,
    name: found.name,
    version,
    ...(ecosystem.startsWith('Red Hat:') && sourceName !== undefined && { sourceName }),
    ...(module !== undefined && { module }),
    ...(BY_ARCHITECTURE.test(ecosystem) && found.architecture !== undefined && { architecture: found.architecture }),
    ...more,
  };
}

/** Kinds of package whose advisories are the same on every distribution; also those that a newer inventory names. */
const LIBRARIES: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  maven: 'Maven',
  gem: 'RubyGems',
  cargo: 'crates.io',
  nuget: 'NuGet',
  composer: 'Packagist',
  hex: 'Hex',
  pub: 'Pub',
  swift: 'SwiftURL',
  cran: 'CRAN',
  conan: 'ConanCenter',
  hackage: 'Hackage',
  bitnami: 'Bitnami',
  julia: 'Julia',
  opam: 'opam',
};

/** Projects whose programs come without a package, by the name of their records in Bitnami's advisories. */
const PROJECTS: Readonly<Record<string, string>> = {
  node: 'node',
  python: 'python',
  ruby: 'ruby',
  php: 'php',
  openjdk: 'java',
  go: 'golang',
  lua: 'lua',
  openresty: 'openresty',
  nginx: 'nginx',
  httpd: 'apache',
  haproxy: 'haproxy',
  varnish: 'varnish',
  envoy: 'envoy',
  openldap: 'openldap',
  redis: 'redis',
  valkey: 'valkey',
  memcached: 'memcached',
  postgresql: 'postgresql',
  mariadb: 'mariadb',
  sqlite: 'sqlite',
  git: 'git',
  wordpress: 'wordpress',
};

function libraryKey(found: FoundPackage): AdvisoryKey | undefined {
  if (found.type === 'generic') {
    const name = Object.hasOwn(PROJECTS, found.name) ? PROJECTS[found.name] : undefined;
    return name === undefined ? undefined : { ecosystem: 'Bitnami', name, version: found.version };
  }
  const ecosystem = LIBRARIES[found.type];
  if (ecosystem === undefined) return undefined;
  const { version } = found;
  switch (ecosystem) {
    case 'Go':
      return version === '(devel)' ? undefined : { ecosystem, name: found.name, version: goVersion(version) };
    case 'Maven':
      return found.name.includes(':') ? { ecosystem, name: found.name, version } : undefined;
    // The number behind the hyphen is Bitnami's own packaging; its records compare the version before it.
    case 'Bitnami':
      return { ecosystem, name: found.name, version: version.replace(/-\d+$/, '') };
    default:
      return { ecosystem, name: osvPackageName({ base: ecosystem }, found.name), version };
  }
}

/** `v1.2.3` and the toolchain's `go1.22rc1` as records have them: `1.2.3`, `1.22.0-rc.1`. */
function goVersion(version: string): string {
  const bare = version.replace(/^go(?=\d)/, '').split(' ', 1)[0]!;
  const early = /^(\d+)\.(\d+)(rc|beta)(\d+)$/.exec(bare);
  if (early) return `${early[1]}.${early[2]}.0-${early[3]}.${early[4]}`;
  return bare.startsWith('v') ? bare.slice(1) : bare;
}
