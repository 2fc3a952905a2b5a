import { severities, type Severity } from '../content/advisories/advisory.ts';
import { gapsOf } from '../contract/coverage.ts';
import type { Report } from '../contract/report.ts';
import { observationKinds } from '../content/findings/observation.ts';
import type { Command, ExitStatus } from './command.ts';
import { AssayError } from '../lib/error.ts';
import { reportOptions, withReport } from './image-report.ts';
import { printReport } from './report-table.ts';

const kinds = ['vulnerability', ...observationKinds] as const;
type Kind = (typeof kinds)[number];

export const command: Command = {
  description:
    'Shows what is inside an image and what is wrong with it. The image is in a registry (registry/repository:tag or @digest) or in oci:DIR[:NAME], oci-archive:FILE, docker-archive:FILE or docker-daemon:NAME; an Assay server is asked, anything else is analysed here.',
  args: [
    {
      name: 'image',
      summary: 'registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME',
    },
  ],
  options: [
    { flags: '--format <name>', summary: 'table or json', choices: ['table', 'json'] },
    { flags: '--kinds <list>', summary: `only these kinds of findings, by commas: ${kinds.join(', ')}` },
    { flags: '--only-fixable', summary: 'only findings that a newer package clears' },
    {
      flags: '--fail-on <severity>',
      summary: 'exit with 1 when a vulnerability, secret or malicious file (or one of --kinds) is this severe or worse',
      choices: severities.slice(0, 4),
    },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a part could not be read or nothing is known' },
    ...reportOptions,
  ],
  examples: [
    ['assay scan 127.0.0.1:5000/library/web:1', 'findings by severity with the versions that clear them'],
    [
      'assay scan --only-fixable --fail-on high 127.0.0.1:5000/shop/app:2',
      'stop a pipeline on fixable high and critical findings',
    ],
    ['assay scan --kinds secret,malware oci:./image', 'secrets in every layer, deleted ones too, and malicious files'],
    ['assay scan oci:./image --format json', 'an image layout on disk, without a server'],
    ['docker save shop/app:1 -o app.tar && assay scan docker-archive:app.tar', 'what a docker engine saved'],
    ['assay scan docker://debian:12 --platform linux/arm64', 'any registry, without a server; here docker.io'],
  ],
  run: (invocation) =>
    withReport(invocation, async ({ report }) => {
      const { options, terminal } = invocation;
      const shown = selected(report, options);
      if (options['format'] === 'json') terminal.out(JSON.stringify(shown, null, 2));
      else printReport(terminal, shown);
      return statusOf(shown, options);
    }),
};

function kindsOf(options: Readonly<Record<string, unknown>>): readonly Kind[] | undefined {
  const text = options['kinds'];
  if (typeof text !== 'string') return undefined;
  return text.split(',').map((word) => {
    const kind = kinds.find((each) => each === word.trim());
    if (!kind) throw new AssayError('usage-invalid', `there is no kind ${word}; known are ${kinds.join(', ')}`);
    return kind;
  });
}

function selected(report: Report, options: Readonly<Record<string, unknown>>): Report {
  const wanted = kindsOf(options);
  const findings = report.findings.filter(
    (each) =>
      (!wanted || wanted.includes(each.kind)) &&
      (!options['onlyFixable'] || (each.kind === 'vulnerability' && each.fixedVersion !== undefined)),
  );
  return { ...report, findings };
}

/** Kinds that stop a pipeline by their severity when none are named. */
const DANGERS: readonly Kind[] = ['vulnerability', 'secret', 'malware'];

/** Where advisories are missing nothing was looked for: that is "could not decide", as an unread part is. */
export function statusOf(report: Report, options: Readonly<Record<string, unknown>>): ExitStatus {
  const bar = severities.indexOf(options['failOn'] as Severity);
  const counted = kindsOf(options) ?? DANGERS;
  if (
    bar >= 0 &&
    report.findings.some((each) => counted.includes(each.kind) && severities.indexOf(each.severity) <= bar)
  )
    return 1;
  const decided = report.incomplete.length === 0 && report.packages.length > 0 && gapsOf(report).length === 0;
  return decided || options['allowIncomplete'] ? 0 : 3;
}
