import { cvssScore } from '../../content/advisories/cvss.ts';
import { severities, type Severity } from '../../content/advisories/advisory.ts';
import { type Report, type ReportVulnerability, vulnerabilitiesOf } from '../report.ts';

const SEVERITIES: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'Negligible',
  unknown: 'Unknown',
};

/** Harbor's word for a severity; Clair's too. */
export function namedSeverity(severity: Severity): string {
  return SEVERITIES[severity];
}

export interface HarborFrame {
  readonly generatedAt: string;
  readonly artifact: Readonly<Record<string, string>>;
  readonly scanner: { readonly name: string; readonly vendor: string; readonly version: string };
}

const head = ({ generatedAt, artifact, scanner }: HarborFrame) => ({ generated_at: generatedAt, artifact, scanner });

/** `HarborVulnerabilityReport` of the Harbor Scanner Adapter API 1.2. */
export function harborReportOf(report: Report, frame: HarborFrame): Record<string, unknown> {
  const found = vulnerabilitiesOf(report);
  const worst = severities.find((each) => found.some((one) => one.severity === each)) ?? 'unknown';
  return {
    ...head(frame),
    severity: found.length === 0 ? 'Negligible' : namedSeverity(worst),
    vulnerabilities: found.map(itemOf),
  };
}

/** `HarborSbomReport`; `sbom` is the document itself. */
export function harborSbomOf(sbom: unknown, mediaType: string, frame: HarborFrame): Record<string, unknown> {
  return { ...head(frame), media_type: mediaType, sbom };
}

function itemOf(each: ReportVulnerability): Record<string, unknown> {
  return {
    id: each.id,
    package: each.package.name,
    version: each.package.version,
    ...(each.fixedVersion !== undefined && { fix_version: each.fixedVersion }),
    severity: namedSeverity(each.severity),
    description: each.summary ?? '',
    links: each.references,
    ...scoresOf(each),
    vendor_attributes: {
      purl: each.package.purl,
      status: each.status,
      severitySource: each.severitySource,
      aliases: each.aliases,
      evidence: each.evidence,
      ...(each.exploited === true && { exploited: true }),
    },
  };
}

function scoresOf({ cvss }: ReportVulnerability): { preferred_cvss?: object } {
  const scored = (cvss ?? []).flatMap((vector) => {
    const found = cvssScore(vector);
    return found ? [{ vector, score: found.score, version: found.version }] : [];
  });
  const v3 = scored.find((each) => each.version.startsWith('3'));
  const v2 = scored.find((each) => each.version.startsWith('2'));
  if (!v3 && !v2) return {};
  return {
    preferred_cvss: {
      ...(v3 && { score_v3: v3.score, vector_v3: v3.vector }),
      ...(v2 && { score_v2: v2.score, vector_v2: v2.vector }),
    },
  };
}
