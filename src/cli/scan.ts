import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { severities, type Severity } from '../content/advisories/advisory.ts';
import { observationKinds } from '../content/findings/observation.ts';
import { readIgnoreFile } from '../content/findings/ignore-file.ts';
import { readVex } from '../content/vex/read-vex.ts';
import { gapsOf } from '../contract/coverage.ts';
import { explain } from '../contract/explain.ts';
import { type OutputName, outputs } from '../contract/outputs/outputs.ts';
import { renderContents } from '../contract/render-report.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from '../contract/report.ts';
import { applyJudgements, type Judgements, knownOn } from '../contract/set-aside.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import { digestOf } from '../oci/digest.ts';
import { sbomReport } from '../work/content/sbom-report.ts';
import { attachedVex } from './attached-vex.ts';
import type { Command, ExitStatus, Invocation, Option } from './command.ts';
import { reportOptions, textOption, withReport } from './image-report.ts';
import { printReport } from './report-table.ts';
import { printable, type Terminal } from './terminal.ts';

const kinds = ['vulnerability', ...observationKinds] as const;
type Kind = (typeof kinds)[number];
const IGNORE_FILE = '.assay-ignore.yaml';

/** Options that say what is held against a report before it is shown. */
export const judgementOptions: readonly Option[] = [
  { flags: '--vex <file>', summary: 'hold a VEX document (OpenVEX, CSAF, CycloneDX) against the findings', many: true },
  {
    flags: '--ignore-file <file>',
    summary: `findings to live with, each with reason and last day (default: ${IGNORE_FILE})`,
  },
  {
    flags: '--vex-attached',
    summary: 'hold VEX documents and attestations stored beside the image against it too; they are not verified',
  },
  { flags: '--as-of <day>', summary: 'only what was known on that day (YYYY-MM-DD)' },
];

export const command: Command = {
  description:
    'Shows what is inside an image and what is wrong with it. The image is in a registry (registry/repository:tag or @digest) or in oci:DIR[:NAME], oci-archive:FILE, docker-archive:FILE or docker-daemon:NAME; sbom:FILE judges a bill of materials (CycloneDX, SPDX). An Assay server is asked, anything else is analysed here.',
  args: [
    {
      name: 'image',
      summary: 'registry/repository:tag, oci:DIR, oci-archive:FILE, docker-archive:FILE, docker-daemon:NAME, sbom:FILE',
    },
  ],
  options: [
    {
      flags: '--format <name>',
      summary: 'table, or one that machines read',
      choices: ['table', ...Object.keys(outputs)],
    },
    { flags: '--kinds <list>', summary: `only these kinds of findings, by commas: ${kinds.join(', ')}` },
    { flags: '--only-fixable', summary: 'only findings that a newer package clears' },
    {
      flags: '--fail-on <severity>',
      summary: 'exit with 1 when a vulnerability, secret or malicious file (or one of --kinds) is this severe or worse',
      choices: severities.slice(0, 4),
    },
    { flags: '--explain <id>', summary: 'everything that made the findings of this vulnerability' },
    { flags: '--offline', summary: 'reach nothing over the network: the image and the advisories must be here' },
    { flags: '--allow-incomplete', summary: 'do not exit with 3 when a part could not be read or nothing is known' },
    ...judgementOptions,
    ...reportOptions,
  ],
  examples: [
    ['assay scan 127.0.0.1:5000/library/web:1', 'findings by severity with the versions that clear them'],
    [
      'assay scan --only-fixable --fail-on high 127.0.0.1:5000/shop/app:2',
      'stop a pipeline on fixable high and critical findings',
    ],
    ['assay scan --kinds secret,malware oci:./image', 'secrets in every layer, deleted ones too, and malicious files'],
    ['assay scan oci:./image --format sarif > image.sarif', 'an image layout on disk, for code scanning'],
    ['assay scan oci:./image --explain CVE-2023-0464', 'file, layer, record, comparison, and what clears it'],
    ['assay scan --vex app.openvex.json --as-of 2026-01-31 oci:./image', 'with statements, and what was known then'],
    ['docker save shop/app:1 -o app.tar && assay scan docker-archive:app.tar', 'what a docker engine saved'],
    ['assay scan docker://debian:12 --platform linux/arm64', 'any registry, without a server; here docker.io'],
  ],
  run: (invocation) =>
    withContents(invocation, async (report) => {
      const { options, terminal, version, environment } = invocation;
      const judged = await held(invocation, report);
      const id = textOption(options, 'explain');
      if (id !== undefined) return explainTo(terminal, judged, id);
      const shown = selected(judged, options);
      const format = (options['format'] ?? 'table') as OutputName | 'table';
      if (format === 'table') printReport(terminal, shown);
      else {
        const createdAt = sourceDateEpoch(environment);
        terminal.out(outputs[format](shown, { tool: { name: 'assay', version }, createdAt }));
      }
      return statusOf(shown, options);
    }),
};

/** The report of an image, or of what a bill of materials lists. */
async function withContents(invocation: Invocation, use: (report: Report) => Promise<ExitStatus>): Promise<ExitStatus> {
  const [name = ''] = invocation.args;
  if (!name.startsWith('sbom:')) return withReport(invocation, ({ report }) => use(report));
  const path = name.slice('sbom:'.length);
  const bytes = await bytesOf(path);
  const sets = await invocation.open.advisories(invocation.environment);
  try {
    const found = sbomReport(bytes, basename(path), sets.current(), systemClock.now());
    return await use(renderContents({ reference: found.name ?? name, digest: digestOf(bytes) }, found));
  } finally {
    sets.close();
  }
}

/** Seconds since 1970, as reproducible-builds.org defines the variable; milliseconds here. */
export function sourceDateEpoch(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment['SOURCE_DATE_EPOCH'];
  return text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** The report after the documents and rules of the command line were held against it. */
export async function held(invocation: Invocation, report: Report): Promise<Report> {
  const { options } = invocation;
  const day = textOption(options, 'asOf');
  if (day !== undefined && (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day))))
    throw new AssayError('usage-invalid', '--as-of wants a day, as in 2026-01-31');
  // All of that day: a statement of its morning was known on it.
  const now = day === undefined ? systemClock.now() : Date.parse(day) + 86_399_999;
  const vex: Judgements['vex'][number][] = await Promise.all(
    ((options['vex'] ?? []) as string[]).map(async (source) => ({
      source,
      statements: readVex(await bytesOf(source), source),
    })),
  );
  if (options['vexAttached']) vex.push(...(await attachedVex(invocation, report.image.digest)));
  const named = textOption(options, 'ignoreFile');
  const source = named ?? (existsSync(IGNORE_FILE) ? IGNORE_FILE : undefined);
  const ignore =
    source === undefined ? [] : [{ source, rules: readIgnoreFile((await bytesOf(source)).toString('utf8'), source) }];
  const judged = applyJudgements(report, { vex, ignore }, now);
  return day === undefined ? judged : knownOn(judged, day);
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AssayError('input-invalid', `cannot read ${path}: ${systemCode(cause) ?? 'unknown'}`, { cause });
  }
}

function explainTo(terminal: Terminal, report: Report, id: string): ExitStatus {
  const wanted = id.toUpperCase();
  const ofId = (each: ReportVulnerability) =>
    [each.id, ...each.aliases, each.evidence.record].some((name) => name.toUpperCase() === wanted);
  const found = vulnerabilitiesOf(report).filter(ofId);
  const aside = (report.suppressed ?? []).flatMap(({ finding, because }) =>
    finding.kind === 'vulnerability' && ofId(finding) ? [{ finding, because }] : [],
  );
  for (const finding of [...found, ...aside.map((each) => each.finding)]) {
    for (const [label, text] of explain(report, finding)) terminal.out(`${label.padEnd(12)} ${printable(text)}`);
    const because = aside.find((each) => each.finding === finding)?.because;
    if (because)
      terminal.out(
        printable(
          `set aside    ${because.status} by ${because.source}: ${because.reason}${because.expiresAt ? ` (until ${because.expiresAt})` : ''}`,
        ),
      );
    terminal.out('');
  }
  if (found.length + aside.length > 0) return 0;
  terminal.err(`nothing found here is called ${printable(id)}`);
  return 3;
}

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
