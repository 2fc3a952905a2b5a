import { setTimeout as pause } from 'node:timers/promises';
import { severities, type Severity } from '../content/advisories/advisory.ts';
import { report as reportSchema, type Report } from '../contract/report.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import type { Command, ExitStatus } from './command.ts';
import { ServerClient } from './server-client.ts';
import { printable, table, type Terminal } from './terminal.ts';

const WAIT_MS = 300_000;

export const command: Command = {
  description: 'Shows what is inside an image and what is wrong with it.',
  args: [{ name: 'image', summary: 'registry/repository:tag or @digest' }],
  options: [
    { flags: '--server <url>', summary: 'Assay server to ask (default: the registry in the image name)' },
    { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] },
    { flags: '--only-fixable', summary: 'only findings that a newer package clears' },
    {
      flags: '--fail-on <severity>',
      summary: 'exit with 1 when a finding is this severe or worse',
      choices: severities.slice(0, 4),
    },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a part could not be read' },
  ],
  examples: [
    ['assay scan 127.0.0.1:5000/library/web:1', 'findings by severity with the versions that clear them'],
    [
      'assay scan --only-fixable --fail-on high 127.0.0.1:5000/shop/app:2',
      'stop a pipeline on fixable high and critical findings',
    ],
  ],
  async run({ args, options, terminal, environment }) {
    const { server, repository, reference } = splitImage(args[0] ?? '', options['server']);
    const client = new ServerClient(server, environment);
    const report = await waitForReport(client, repository, reference);
    const shown = options['onlyFixable']
      ? { ...report, findings: report.findings.filter((each) => each.fixedVersion !== undefined) }
      : report;
    if (options['format'] === 'json') terminal.out(JSON.stringify(shown, null, 2));
    else printTable(terminal, shown);
    return statusOf(shown, options);
  },
};

function splitImage(image: string, server: unknown): { server: string; repository: string; reference: string } {
  const match =
    /^(?:((?:[a-zA-Z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+)\/)?([a-z0-9][a-z0-9._/-]*?)(?::([\w.-]+))?(?:@(sha(?:256|512):[0-9a-f]+))?$/.exec(
      image,
    );
  if (!match) throw new AssayError('reference-invalid', `not an image: ${JSON.stringify(image.slice(0, 100))}`);
  const [, host, repository, tag, digest] = match;
  const base = typeof server === 'string' ? server : host && `http://${host}`;
  if (!base) throw new AssayError('reference-invalid', 'name the registry too, as in 127.0.0.1:5000/shop/app:1');
  return { server: base, repository: repository ?? '', reference: digest ?? tag ?? 'latest' };
}

async function waitForReport(client: ServerClient, repository: string, reference: string): Promise<Report> {
  const path = `/api/v1/repositories/${encodeURIComponent(repository)}/images/${encodeURIComponent(reference)}/report`;
  for (const until = performance.now() + WAIT_MS; ; await pause(250)) {
    try {
      return reportSchema.parse(await client.call('GET', path));
    } catch (error) {
      if (!isAssayError(error, 'not-analysed') || performance.now() > until) throw error;
    }
  }
}

const COLOURS: Record<Severity, 'red' | 'yellow' | 'cyan' | 'dim'> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  negligible: 'dim',
  unknown: 'dim',
};

function printTable(terminal: Terminal, report: Report): void {
  const { image, distribution, findings, packages } = report;
  terminal.out(`${printable(image.reference)}  ${image.digest}`);
  terminal.out(
    `${distribution ? printable(distribution.name) : 'distribution unknown'} · ${packages.length} packages · ${summary(report)}`,
  );
  const rows = [
    ...Map.groupBy(findings, (each) => `${each.id}\0${each.package.sourceName ?? each.package.name}`).values(),
  ].map((some) => {
    const [first] = some;
    const names = [...new Set(some.map((each) => each.package.name))];
    const name = names.length > 1 ? `${first!.package.sourceName ?? names[0]} (${names.length} packages)` : names[0]!;
    return [first!.severity, first!.id, name, first!.evidence.judgedVersion, first!.fixedVersion ?? first!.status].map(
      printable,
    );
  });
  if (rows.length > 0) {
    const lines = table(terminal, ['SEVERITY', 'ID', 'PACKAGE', 'INSTALLED', 'FIXED IN'], rows).split('\n');
    terminal.out('');
    terminal.out(
      [
        lines[0],
        ...lines
          .slice(1)
          .map((line, at) => line.replace(/^\w+/, (word) => terminal.style(COLOURS[rows[at]![0] as Severity], word))),
      ].join('\n'),
    );
  }
  for (const each of report.incomplete)
    terminal.err(`incomplete: ${printable(each.path ?? each.layer ?? 'image')}: ${printable(each.detail)}`);
}

function summary(report: Report): string {
  if (report.advisories.feeds.length === 0) return 'vulnerabilities unknown: no advisories imported';
  const distinct = new Map(
    report.findings.map((each) => [`${each.id}\0${each.package.sourceName ?? each.package.name}`, each]),
  );
  const counts = severities.map(
    (severity) => [severity, [...distinct.values()].filter((each) => each.severity === severity).length] as const,
  );
  const words = counts.filter(([, count]) => count > 0).map(([severity, count]) => `${count} ${severity}`);
  const fixable = [...distinct.values()].filter((each) => each.fixedVersion !== undefined).length;
  return words.length === 0
    ? 'no known vulnerabilities'
    : `${distinct.size} vulnerabilities (${words.join(', ')}), ${fixable} fixable`;
}

function statusOf(report: Report, options: Readonly<Record<string, unknown>>): ExitStatus {
  const bar = severities.indexOf(options['failOn'] as Severity);
  if (bar >= 0 && report.findings.some((each) => severities.indexOf(each.severity) <= bar)) return 1;
  return report.incomplete.length > 0 && !options['allowIncomplete'] ? 3 : 0;
}
