import { severities } from '../../content/advisories/advisory.ts';
import { observationsOf, type Report, type ReportObservation, type ReportVulnerability } from '../report.ts';

export type Finding = ReportVulnerability;

/** `CVE-2024-1 (high) in libssl3 3.0.9-1:` and what decided it, in one sentence. */
export function gist(finding: Finding): string {
  const { id, severity, package: of, evidence } = finding;
  return `${id} (${severity}) in ${of.name} ${of.version}: ${evidence.comparison}.`;
}

/** What takes the finding away, or that nothing does yet. */
export function clears(finding: Finding): string {
  const of = finding.package.sourceName ?? finding.package.name;
  if (finding.fixedVersion !== undefined) return `Cleared by ${of} ${finding.fixedVersion}.`;
  return `No fix: ${finding.status}${finding.statusDetail ? ` (${finding.statusDetail})` : ''}.`;
}

/** Where an observation was made: `etc/shadow:3 in layer sha256:…, removed later`. */
export function placeOf({ place, path, line, layer, removed }: ReportObservation): string {
  const at = `${path ?? place}${line === undefined ? '' : `:${line}`}`;
  return `${at}${layer ? ` in layer ${layer.digest}` : ''}${removed ? ', removed later' : ''}`;
}

/** `secret (high): AWS access key id, at …: AKIA…`. */
export function observationText(each: ReportObservation): string {
  return `${each.kind} (${each.severity}): ${each.title}, at ${placeOf(each)}${each.detail ? `: ${each.detail}` : ''}`;
}

/** Secrets and malware: what stops a pipeline besides vulnerabilities; advice on practices and licences does not. */
export function dangersOf(report: Report): ReportObservation[] {
  return observationsOf(report).filter((each) => each.kind === 'secret' || each.kind === 'malware');
}

/** The package of a vulnerability, the place of anything else. */
export function nameOf(finding: Report['findings'][number]): string {
  return finding.kind === 'vulnerability' ? finding.package.name : (finding.path ?? finding.place);
}

/** Findings by vulnerability, in the order of the report. */
export function groupsOf(findings: readonly Finding[]): Map<string, Finding[]> {
  return Map.groupBy(findings, (each) => each.id);
}

/** A vulnerability once a source package, however many binary packages were built from it. */
export function distinct(findings: readonly Finding[]): Finding[][] {
  return [...Map.groupBy(findings, (each) => `${each.id}\0${each.package.sourceName ?? each.package.name}`).values()];
}

export function countsOf(findings: readonly Finding[]): readonly (readonly [severity: string, count: number])[] {
  const first = distinct(findings).map((some) => some[0]!);
  return severities.map((severity) => [severity, first.filter((each) => each.severity === severity).length] as const);
}

/** `Debian GNU/Linux 10 has had no fixes since 2022-09-10`; nothing while all is well. */
export function supportInWords({ distribution }: Report): string | undefined {
  const end = distribution?.endOfLife;
  if (!distribution || !end) return undefined;
  if (distribution.support === 'ended')
    return `${distribution.name} is at its end of life: no fixes since ${end.extendedAt ?? end.endedAt}`;
  if (distribution.support === 'extended')
    return `${distribution.name} gets fixes only from ${end.extendedBy ?? 'an extended offer'}, until ${end.extendedAt}; its own ended on ${end.endedAt}`;
  return undefined;
}

/** Text for HTML and XML, attributes included; control characters that XML forbids become a space. */
export function escapeMarkup(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  );
}
