import { hash } from 'node:crypto';
import { type Report, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { clears, dangersOf, distinct, type Finding, gist, observationText } from './finding-text.ts';

const GITHUB = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  negligible: 'notice',
  unknown: 'warning',
};

/** Workflow commands of GitHub Actions: an annotation for each vulnerability; data is escaped as the runner unescapes it. */
export function githubOf(report: Report): string {
  const lines = distinct(vulnerabilitiesOf(report)).map(([first]) => {
    const finding = first!;
    const title = property(`${finding.id} (${finding.severity}) ${finding.package.sourceName ?? finding.package.name}`);
    return `::${GITHUB[finding.severity]} title=${title}::${data(`${gist(finding)} ${clears(finding)}`)}`;
  });
  return [
    ...cautionsOf(report).map(
      (each) =>
        `::${each.loud ? 'error' : 'warning'} title=${property(TITLES[each.kind])}::${data(cautionInWords(each))}`,
    ),
    ...lines,
    ...dangersOf(report).map(
      (each) =>
        `::${GITHUB[each.severity]} title=${property(`${each.id} ${each.title}`)}::${data(observationText(each))}`,
    ),
  ].join('\n');
}

const TITLES = {
  'end-of-life': 'End of life',
  incomplete: 'Incomplete',
  unknown: 'Unknown',
  lapsed: 'No longer ignored',
} as const;

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const GITLAB = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'Info',
  unknown: 'Unknown',
};

/** GitLab's container scanning report, schema 15.2.1. */
export function gitlabOf(report: Report, tool: { version: string }): object {
  const scanner = { id: 'assay', name: 'Assay', version: tool.version, vendor: { name: 'Assay' } };
  const system = report.distribution ? `${report.distribution.id}:${report.distribution.version}` : 'unknown';
  return {
    version: '15.2.1',
    scan: {
      type: 'container_scanning',
      scanner,
      analyzer: scanner,
      start_time: report.analysedAt.slice(0, 19),
      end_time: report.judgedAt.slice(0, 19),
      status: report.incomplete.length > 0 ? 'failure' : 'success',
      messages: cautionsOf(report).map((each) => ({
        level: 'warn',
        value: cautionInWords(each),
      })),
    },
    vulnerabilities: vulnerabilitiesOf(report).map((each) => gitlabFinding(each, report.image.reference, system)),
    remediations: [],
  };
}

function gitlabFinding(finding: Finding, image: string, system: string): object {
  const key = `${finding.id}\0${finding.package.purl}\0${finding.evidence.path}`;
  return {
    id: hash('sha256', key, 'hex'),
    name: `${finding.id} in ${finding.package.name}`.slice(0, 255),
    description: [finding.summary, gist(finding)].filter(Boolean).join('\n'),
    severity: GITLAB[finding.severity],
    solution: clears(finding).slice(0, 7000),
    identifiers: [finding.id, ...finding.aliases].slice(0, 20).map((id) => ({
      type: id.split('-', 1)[0]!.toLowerCase(),
      name: id,
      value: id,
      ...(id.startsWith('CVE-') && { url: `https://www.cve.org/CVERecord?id=${id}` }),
    })),
    links: finding.references
      .filter((url) => /^(?:https?|ftp):\/\/./.test(url))
      .slice(0, 20)
      .map((url) => ({ url })),
    location: {
      image,
      operating_system: system,
      dependency: { package: { name: finding.package.name }, version: finding.package.version },
    },
  };
}
