import { cycloneDxOf } from '../../content/sbom/cyclonedx.ts';
import { spdxOf } from '../../content/sbom/spdx.ts';
import { spdx3Of } from '../../content/sbom/spdx3.ts';
import type { Report } from '../report.ts';
import { sbomInputOf } from '../sbom-of-report.ts';
import { githubOf, gitlabOf } from './ci.ts';
import { htmlOf } from './html.ts';
import { junitOf } from './junit.ts';
import { markdownOf } from './markdown.ts';
import { sarifOf } from './sarif.ts';
import { vulnsAttestationOf } from './vulns-attestation.ts';

export interface OutputParts {
  readonly tool: { readonly name: string; readonly version: string };
  /** Time of bills of materials, milliseconds UTC; that of the analysis when absent. */
  readonly createdAt?: number | undefined;
}

type Write = (report: Report, parts: OutputParts) => string;

const json = (value: object): string => JSON.stringify(value, null, 2);
const input = (report: Report, { tool, createdAt }: OutputParts) => sbomInputOf(report, tool, createdAt);

/** Every form that a report can be written in, besides the table on a terminal. */
export const outputs = {
  json: (report) => json(report),
  sarif: (report, { tool }) => json(sarifOf(report, tool)),
  junit: (report) => junitOf(report),
  github: (report) => githubOf(report),
  gitlab: (report, { tool }) => json(gitlabOf(report, tool)),
  markdown: (report) => markdownOf(report),
  html: (report) => htmlOf(report),
  cyclonedx: (report, parts) => json(cycloneDxOf(input(report, parts))),
  'cyclonedx-1.7': (report, parts) => json(cycloneDxOf(input(report, parts), '1.7')),
  spdx: (report, parts) => json(spdxOf(input(report, parts))),
  'spdx-3.0': (report, parts) => json(spdx3Of(input(report, parts))),
  vulns: (report, { tool }) => json(vulnsAttestationOf(report, tool)),
} as const satisfies Record<string, Write>;

export type OutputName = keyof typeof outputs;

/** Those that are bills of materials, for the command that writes them. */
export const sbomOutputs: readonly OutputName[] = ['cyclonedx', 'cyclonedx-1.7', 'spdx', 'spdx-3.0'];
