import { severities, type Severity } from '../content/advisories/advisory.ts';
import { gapsOf, productsInWords } from '../contract/coverage.ts';
import { cautionInWords, cautionsOf } from '../contract/outputs/cautions.ts';
import { nameOf } from '../contract/outputs/finding-text.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from '../contract/report.ts';
import { observationsInWords, observationTables } from './observation-table.ts';
import { printable, table, type Terminal } from './terminal.ts';

const COLOURS: Record<Severity, 'red' | 'yellow' | 'cyan' | 'dim'> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  negligible: 'dim',
  unknown: 'dim',
};

type Finding = ReportVulnerability;

/** A vulnerability is counted once a source package, however many binary packages were built from it. */
export function distinctFindings(findings: readonly Finding[]): Finding[][] {
  return [...Map.groupBy(findings, (each) => `${each.id}\0${each.package.sourceName ?? each.package.name}`).values()];
}

/** The report as a person reads it: what it is, one line of counts, one row for each vulnerability, then the rest by kind. */
export function printReport(terminal: Terminal, report: Report): void {
  const { image, distribution, packages } = report;
  terminal.out(`${printable(image.reference)}  ${image.digest}`);
  const system = distribution ? printable(distribution.name) : 'distribution unknown';
  terminal.out(
    `${system} · ${counted(packages.length, 'package')} · ${countsInWords(report)}${observationsInWords(report)}`,
  );
  for (const each of cautionsOf(report))
    if (each.kind === 'end-of-life' || each.loud)
      terminal.out(terminal.style('red', `!! ${printable(cautionInWords(each))}`));
  const rows = distinctFindings(vulnerabilitiesOf(report)).map(rowOf);
  if (rows.length > 0) {
    const [head = '', ...lines] = table(terminal, ['SEVERITY', 'ID', 'PACKAGE', 'INSTALLED', 'FIXED IN'], rows).split(
      '\n',
    );
    const coloured = lines.map((line, at) =>
      line.replace(/^\w+/, (word) => terminal.style(COLOURS[rows[at]![0] as Severity], word)),
    );
    terminal.out(['', head, ...coloured].join('\n'));
  }
  for (const each of observationTables(terminal, report)) terminal.out(each);
  printAside(terminal, report);
  if (report.asOf !== undefined) terminal.out(`as known on ${report.asOf}; records withdrawn since are not in it`);
  printIncomplete(terminal, report);
}

/** What was set aside, by whom and why: nothing goes without a word. */
function printAside(terminal: Terminal, { suppressed = [] }: Report): void {
  if (suppressed.length === 0) return;
  const rows = suppressed.map(({ finding, because }) =>
    [
      finding.id,
      nameOf(finding),
      because.status,
      because.expiresAt === undefined ? '' : `to ${because.expiresAt}`,
      because.author ?? because.source,
      because.reason,
    ].map(printable),
  );
  terminal.out(`\n${terminal.style('bold', 'SET ASIDE')}`);
  terminal.out(table(terminal, ['ID', 'WHERE', 'AS', 'UNTIL', 'BY', 'WHY'], rows));
}

function counted(count: number, word: string): string {
  return `${count} ${count === 1 ? word : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}

function rowOf(some: readonly Finding[]): string[] {
  const [first] = some;
  const names = [...new Set(some.map((each) => each.package.name))];
  const name = names.length > 1 ? `${first!.package.sourceName ?? names[0]} (${names.length} packages)` : names[0]!;
  return [first!.severity, first!.id, name, first!.evidence.judgedVersion, first!.fixedVersion ?? first!.status].map(
    printable,
  );
}

export function printIncomplete(terminal: Terminal, report: Report): void {
  if (report.advisories.feeds.length > 0)
    for (const each of cautionsOf(report)) if (each.kind === 'unknown') terminal.err(printable(cautionInWords(each)));
  const products = productsInWords(report);
  if (products !== undefined) terminal.err(`note: ${printable(products)}`);
  for (const each of report.incomplete)
    terminal.err(`incomplete: ${printable(each.path ?? each.layer ?? 'image')}: ${printable(each.detail)}`);
}

/** `12 vulnerabilities (1 high, 11 low), 3 fixable`; never "none" where nothing could be known. */
export function countsInWords(report: Report): string {
  if (report.advisories.feeds.length === 0) return 'vulnerabilities unknown: no advisories imported';
  const distinct = distinctFindings(vulnerabilitiesOf(report)).map(([first]) => first!);
  const words = severities
    .map((severity) => [severity, distinct.filter((each) => each.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  const fixable = distinct.filter((each) => each.fixedVersion !== undefined).length;
  if (words.length > 0) return `${counted(distinct.length, 'vulnerability')} (${words.join(', ')}), ${fixable} fixable`;
  const unjudged = gapsOf(report).reduce((sum, each) => sum + each.packages, 0);
  if (report.packages.length === 0 || unjudged === report.packages.length) return 'vulnerabilities unknown';
  return unjudged === 0
    ? 'no known vulnerabilities'
    : `no known vulnerabilities in ${report.packages.length - unjudged} packages`;
}
