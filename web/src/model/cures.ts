import { type AnyFinding, type Finding, severities, type Severity } from './severity.ts';
import { newest } from './versions.ts';

/** One vulnerability of one source package, with every installed package that carries it. */
export interface Row {
  readonly key: string;
  readonly id: string;
  readonly severity: Severity;
  readonly finding: Finding;
  readonly packages: readonly string[];
}

export interface PackageGroup {
  readonly name: string;
  readonly version: string;
  readonly ecosystem: string;
  /** The version that clears every row of the group; absent where no source names one. */
  readonly target: string | undefined;
  readonly rows: readonly Row[];
}

/** One thing to do, and what it clears. */
export interface Cure {
  readonly key: string;
  readonly title: string;
  readonly detail: string;
  readonly command: string | undefined;
  readonly fixable: boolean;
  readonly groups: readonly PackageGroup[];
  readonly rows: readonly Row[];
}

/** Vulnerabilities by id and source package: what the counts count. */
export function rowsOf(findings: readonly AnyFinding[]): Row[] {
  const rows = new Map<string, { row: Row; names: Set<string> }>();
  for (const finding of findings) {
    if (finding.kind !== 'vulnerability') continue;
    const key = `${finding.id}/${finding.evidence.judgedName}/${finding.evidence.judgedVersion}`;
    const known = rows.get(key);
    if (known) known.names.add(finding.package.name);
    else
      rows.set(key, {
        row: { key, id: finding.id, severity: finding.severity, finding, packages: [] },
        names: new Set([finding.package.name]),
      });
  }
  return [...rows.values()].map(({ row, names }) => ({ ...row, packages: [...names].sort() }));
}

export interface Filter {
  readonly onlyFixable: boolean;
  /** Only what is known to be exploited. */
  readonly onlyExploited: boolean;
  readonly severities: ReadonlySet<Severity>;
  readonly text: string;
}

export function filterRows(
  rows: readonly Row[],
  { onlyFixable, onlyExploited, severities: wanted, text }: Filter,
): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ finding, packages, severity }) => {
    if (onlyFixable && finding.fixedVersion === undefined) return false;
    if (onlyExploited && !finding.exploited) return false;
    if (wanted.size > 0 && !wanted.has(severity)) return false;
    const searched = `${finding.id} ${finding.aliases.join(' ')} ${finding.evidence.judgedName} ${packages.join(' ')} ${
      finding.summary ?? ''
    }`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}

function worstFirst(a: Row, b: Row): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** Findings by the package that was judged, the one with the worst first. */
export function groupPackages(rows: readonly Row[]): PackageGroup[] {
  const groups = Map.groupBy(
    rows,
    ({ finding }) => `${finding.evidence.judgedName}\0${finding.evidence.judgedVersion}`,
  );
  return [...groups.values()]
    .map((some) => {
      const { judgedName, judgedVersion, ecosystem } = some[0]!.finding.evidence;
      const fixes = some.flatMap(({ finding }) => (finding.fixedVersion === undefined ? [] : [finding.fixedVersion]));
      const sorted = some.toSorted(worstFirst);
      return { name: judgedName, version: judgedVersion, ecosystem, target: newest(fixes), rows: sorted };
    })
    .sort((a, b) => worstFirst(a.rows[0]!, b.rows[0]!) || b.rows.length - a.rows.length);
}

/** How each package system upgrades what it installed. */
const systems: Readonly<Record<string, (packages: readonly string[]) => string>> = {
  deb: (names) => `apt-get update && apt-get install -y --only-upgrade ${names.join(' ')}`,
  apk: (names) => `apk add --no-cache --upgrade ${names.join(' ')}`,
  rpm: (names) => `dnf upgrade -y ${names.join(' ')}`,
};

const updates: Readonly<Record<string, (name: string, version: string) => string>> = {
  npm: (name, version) => `npm install ${name}@${version}`,
  pypi: (name, version) => `pip install '${name}>=${version}'`,
  golang: (name, version) => `go get ${name}@${version.startsWith('v') || name === 'stdlib' ? version : `v${version}`}`,
  cargo: (name, version) => `cargo update -p ${name} --precise ${version}`,
  gem: (name) => `bundle update ${name} --conservative`,
  composer: (name) => `composer update ${name}`,
  nuget: (name, version) => `dotnet add package ${name} --version ${version}`,
};

function typeOf(finding: Finding): string {
  return /^pkg:([a-z]+)\//.exec(finding.package.purl)?.[1] ?? '';
}

/** Names and versions come out of images: a command is offered only when none could mean something to a shell. */
function safely(words: readonly string[], make: () => string | undefined): string | undefined {
  return words.every((word) => /^[A-Za-z0-9@][\w.+:~@/-]*$/.test(word)) ? make() : undefined;
}

/** Two or more updates of one system in one layer are one change: the step that installed them is built again. */
function systemCure(type: string, rows: readonly Row[]): Cure {
  const groups = groupPackages(rows);
  const name = groups[0]!.ecosystem.split(':')[0];
  const installed = [...new Set(rows.flatMap((row) => row.packages))].sort();
  const layer = rows[0]!.finding.layer;
  const many = groups.length === 1 ? groups[0]!.name : `${groups.length} ${name} packages`;
  return {
    key: `${type}-${layer.digest.slice(7, 19)}`,
    title: `Update ${many}${groups.length === 1 && groups[0]!.target ? ` to ${groups[0]!.target}` : ''}, clears ${rows.length}`,
    detail:
      groups.length === 1
        ? 'Build the step that installed it again without a cache, or upgrade it in a later step.'
        : 'Build the step that installed them again without a cache, or upgrade them in a later step.',
    command: safely(installed, () => systems[type]?.(installed)),
    fixable: true,
    groups,
    rows,
  };
}

function packageCure(type: string, rows: readonly Row[]): Cure {
  const groups = groupPackages(rows);
  const { name, target = '' } = groups[0]!;
  return {
    key: `${type}-${name}-${groups[0]!.version}`,
    title: `Update ${name} to ${target}, clears ${rows.length}`,
    detail: 'The smallest named version that clears all of them.',
    command: safely([name, target], () => updates[type]?.(name, target)),
    fixable: true,
    groups,
    rows,
  };
}

/** Findings by what clears them, most urgent first; those without a fix come last, in one group. */
export function groupByCure(rows: readonly Row[]): Cure[] {
  const fixable = rows.filter(({ finding }) => finding.fixedVersion !== undefined);
  const open = rows.filter(({ finding }) => finding.fixedVersion === undefined);
  const cures = [
    ...Map.groupBy(fixable, ({ finding }) => {
      const type = typeOf(finding);
      return type in systems
        ? `${type}\0${finding.layer.digest}`
        : `${type}\0${finding.evidence.judgedName}\0${finding.evidence.judgedVersion}`;
    }).values(),
  ].map((some) => {
    const type = typeOf(some[0]!.finding);
    return type in systems ? systemCure(type, some) : packageCure(type, some);
  });
  cures.sort((a, b) => worstFirst(a.groups[0]!.rows[0]!, b.groups[0]!.rows[0]!) || b.rows.length - a.rows.length);
  if (open.length > 0)
    cures.push({
      key: 'open',
      title: `${open.length} ${open.length === 1 ? 'has' : 'have'} no fix yet`,
      detail: reasonsOf(open),
      command: undefined,
      fixable: false,
      groups: groupPackages(open),
      rows: open,
    });
  return cures;
}

const statusWords: Readonly<Record<Finding['status'], string>> = {
  fixed: 'fixed elsewhere',
  affected: 'affected, no fixed version named',
  'will-not-fix': 'will not be fixed',
  deferred: 'put off by the distribution',
  'end-of-life': 'past the end of support',
  'under-investigation': 'being looked at',
};

export function statusInWords(finding: Finding): string {
  return finding.statusDetail ? `${statusWords[finding.status]}: ${finding.statusDetail}` : statusWords[finding.status];
}

function reasonsOf(rows: readonly Row[]): string {
  const reasons = Map.groupBy(rows, ({ finding }) => finding.status);
  const parts = [...reasons].sort((a, b) => b[1].length - a[1].length);
  return `${parts.map(([status, some]) => `${some.length} ${statusWords[status]}`).join(', ')}.`;
}
