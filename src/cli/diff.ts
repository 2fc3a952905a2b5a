import { type ComparedFinding, type ComparedPackage, type Comparison, compareReports } from '../contract/compare.ts';
import type { Command, Invocation } from './command.ts';
import { reportOptions, withReport } from './image-report.ts';
import { printable, table, type Terminal } from './terminal.ts';

export const command: Command = {
  description:
    'Compares two images, each in a registry or on this machine as for scan: packages that came, went or changed their version, and findings that came or went. Both are judged by the same advisories where one server holds them.',
  args: [
    { name: 'first', summary: 'the image before: registry/repository:tag, oci:DIR, an archive, docker-daemon:NAME' },
    { name: 'second', summary: 'the image after' },
  ],
  options: [
    { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] },
    { flags: '--fail-on-new', summary: 'exit with 1 when the second has a finding that the first has not' },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a part of either could not be read' },
    ...reportOptions,
  ],
  examples: [
    ['assay diff 127.0.0.1:5000/shop/app:1 127.0.0.1:5000/shop/app:2', 'what a release changes'],
    ['assay diff --fail-on-new docker://debian:12 oci:./image', 'stop a pipeline on what was not in the base'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const reports = [];
    for (const name of invocation.args) reports.push(await reportOf(invocation, name));
    const [first, second] = reports;
    if (!first || !second) return 2;
    const comparison = compareReports(first, second);
    if (options['format'] === 'json')
      terminal.out(
        JSON.stringify({ schemaVersion: 1, first: first.image, second: second.image, ...comparison }, null, 2),
      );
    else print(terminal, comparison);
    const incomplete = first.incomplete.length + second.incomplete.length;
    for (const { image, incomplete: parts } of [first, second])
      if (parts.length > 0) terminal.err(`${printable(image.reference)}: ${parts.length} parts could not be read`);
    if (options['failOnNew'] && comparison.findings.added.length > 0) return 1;
    return incomplete > 0 && !options['allowIncomplete'] ? 3 : 0;
  },
};

function reportOf(invocation: Invocation, name: string) {
  return withReport({ ...invocation, args: [name] }, ({ report }) => Promise.resolve(report));
}

function print(terminal: Terminal, { packages, findings }: Comparison): void {
  const changes = [
    ...packages.added.map((each) => rowOf('+', each)),
    ...packages.removed.map((each) => rowOf('-', each)),
    ...packages.changed.map((each) => rowOf('~', each)),
  ];
  if (changes.length > 0) terminal.out(table(terminal, ['', 'PACKAGE', 'TYPE', 'BEFORE', 'AFTER'], changes));
  const found = [
    ...findings.added.map((each) => lineOf('+', each)),
    ...findings.removed.map((each) => lineOf('-', each)),
  ];
  if (found.length > 0)
    terminal.out(table(terminal, ['', 'FINDING', 'SEVERITY', 'WHERE', 'VERSION', 'FIXED IN'], found));
  terminal.out(
    `packages: ${packages.added.length} came, ${packages.removed.length} went, ${packages.changed.length} changed, ${packages.same} the same`,
  );
  terminal.out(`findings: ${findings.added.length} came, ${findings.removed.length} went, ${findings.same} the same`);
}

function rowOf(sign: string, { name, type, before, after }: ComparedPackage): string[] {
  return [sign, name, type, before.join(' '), after.join(' ')].map(printable);
}

function lineOf(sign: string, each: ComparedFinding): string[] {
  return [sign, each.id, each.severity, each.subject, each.version ?? '', each.fixedVersion ?? ''].map(printable);
}
