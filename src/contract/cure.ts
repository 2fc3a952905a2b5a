import { osvEcosystem } from '../content/advisories/osv-ecosystems.ts';
import { type CompareVersions, versionOrders } from '../content/advisories/version-order.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from './report.ts';

/** One package to bring to one version, and what that clears. */
export interface Upgrade {
  readonly ecosystem: string;
  /** The package that advisories name: the source of a distribution's packages. */
  readonly name: string;
  readonly from: string;
  /** The smallest version that clears all of `clears`. */
  readonly to: string;
  /** Installed packages that come from it. */
  readonly packages: readonly string[];
  readonly clears: readonly string[];
  /** What the advisories say of `to`; absent until it was asked. */
  readonly remains?: readonly string[];
}

/** What to do for an image: the upgrades that clear what can be cleared, and what nothing clears yet. */
export interface Cure {
  readonly upgrades: readonly Upgrade[];
  /** Lines for a Dockerfile, in the order in which they belong. */
  readonly dockerfile: readonly string[];
  readonly open: readonly { readonly id: string; readonly package: string; readonly status: string }[];
}

/** Answers which vulnerabilities a package version has; the same matching that found the ones to cure. */
export type Rejudge = (
  packages: readonly { ecosystem: string; name: string; version: string }[],
) => Promise<readonly (readonly string[])[]>;

/**
 * The smallest upgrades that clear the fixable findings of a report. With `rejudge` each version is judged itself: what it
 * still has is not said to be cleared, and is named.
 */
export async function cureOf(report: Report, rejudge?: Rejudge): Promise<Cure> {
  const findings = vulnerabilitiesOf(report);
  const groups = Map.groupBy(
    findings.filter((each) => each.fixedVersion !== undefined),
    ({ evidence }) => `${evidence.ecosystem}\0${evidence.judgedName}\0${evidence.judgedVersion}`,
  );
  const upgrades = [...groups.values()].map(upgradeOf);
  const proven = rejudge ? await proveAll(upgrades, rejudge) : upgrades;
  const open = new Map(
    findings
      .filter((each) => each.fixedVersion === undefined)
      .map((each) => [
        `${each.id}\0${each.evidence.judgedName}`,
        { id: each.id, package: each.evidence.judgedName, status: each.status },
      ]),
  );
  const sorted = proven.toSorted((a, b) => b.clears.length - a.clears.length || (a.name < b.name ? -1 : 1));
  return { upgrades: sorted, dockerfile: dockerfileOf(sorted), open: [...open.values()] };
}

function orderOf(ecosystem: string): CompareVersions {
  const scheme = osvEcosystem(ecosystem)?.scheme;
  return versionOrders[scheme ?? 'semver'];
}

function upgradeOf(some: readonly ReportVulnerability[]): Upgrade {
  const { ecosystem, judgedName, judgedVersion } = some[0]!.evidence;
  const compare = orderOf(ecosystem);
  const to = some.map((each) => each.fixedVersion!).reduce((a, b) => (compare(a, b) >= 0 ? a : b));
  return {
    ecosystem,
    name: judgedName,
    from: judgedVersion,
    to,
    packages: [...new Set(some.map((each) => each.package.name))].sort(),
    clears: [...new Set(some.map((each) => each.id))].sort(),
  };
}

async function proveAll(upgrades: readonly Upgrade[], rejudge: Rejudge): Promise<Upgrade[]> {
  const answers = await rejudge(upgrades.map(({ ecosystem, name, to }) => ({ ecosystem, name, version: to })));
  return upgrades.map((each, at) => {
    const remains = answers[at] ?? [];
    return { ...each, clears: each.clears.filter((id) => !remains.includes(id)), remains };
  });
}

/** The smallest change that clears one finding, in words. */
export function smallestCure(finding: ReportVulnerability): string {
  const { judgedName, judgedVersion } = finding.evidence;
  if (finding.fixedVersion === undefined) return `nothing clears it yet: ${finding.status}`;
  return `${judgedName} ${judgedVersion} → ${finding.fixedVersion}`;
}

const SYSTEMS: readonly (readonly [pattern: RegExp, line: (packages: string) => string])[] = [
  [
    /^(?:Debian|Ubuntu|Echo)\b/,
    (packages) => `RUN apt-get update && apt-get install -y --only-upgrade ${packages} && rm -rf /var/lib/apt/lists/*`,
  ],
  [/^(?:Alpine|Wolfi|Chainguard|MinimOS|Alpaquita)\b/, (packages) => `RUN apk upgrade --no-cache ${packages}`],
  [/^(?:SUSE|openSUSE)\b/, (packages) => `RUN zypper --non-interactive update ${packages} && zypper clean --all`],
  [/^(?:Azure Linux|Photon OS)\b/, (packages) => `RUN tdnf update -y ${packages} && tdnf clean all`],
  [
    /^(?:Red Hat|AlmaLinux|Rocky Linux|Oracle Linux|Amazon Linux|Fedora|Mageia|openEuler)\b/,
    (packages) => `RUN dnf upgrade -y ${packages} && dnf clean all`,
  ],
];

const SAFE = /^[A-Za-z0-9@/._+:~-]+$/;

/** System packages together, one line a system; libraries one line a manager. Names that a shell would read are left out. */
function dockerfileOf(upgrades: readonly Upgrade[]): string[] {
  const lines: string[] = [];
  for (const [pattern, line] of SYSTEMS) {
    const packages = upgrades.filter((each) => pattern.test(each.ecosystem)).flatMap((each) => each.packages);
    const safe = [...new Set(packages)].filter((name) => SAFE.test(name)).sort();
    if (safe.length > 0) lines.push(line(safe.join(' ')));
  }
  const of = (ecosystem: string, word: (upgrade: Upgrade) => string) =>
    upgrades
      .filter((each) => each.ecosystem === ecosystem && SAFE.test(each.name) && SAFE.test(each.to))
      .map(word)
      .sort();
  const python = of('PyPI', (each) => `'${each.name}>=${each.to}'`);
  if (python.length > 0) lines.push(`RUN pip install --no-cache-dir --upgrade ${python.join(' ')}`);
  const node = of('npm', (each) => `${each.name}@${each.to}`);
  if (node.length > 0) lines.push(`RUN npm install ${node.join(' ')}`);
  const gems = of('RubyGems', (each) => `gem install ${each.name} -v ${each.to}`);
  if (gems.length > 0) lines.push(`RUN ${gems.join(' && ')}`);
  const go = of('Go', (each) =>
    each.name === 'stdlib' ? `# build with Go ${each.to} or later` : `go get ${each.name}@v${each.to}`,
  );
  for (const each of go) lines.push(each.startsWith('#') ? each : `# in the module: ${each}`);
  for (const [ecosystem, where] of [
    ['Maven', 'pom.xml or build.gradle'],
    ['crates.io', 'Cargo.toml'],
    ['NuGet', 'the project file'],
    ['Packagist', 'composer.json'],
  ] as const)
    for (const each of of(ecosystem, (upgrade) => `${upgrade.name} ${upgrade.to}`))
      lines.push(`# in ${where}: ${each} or later`);
  return lines;
}
