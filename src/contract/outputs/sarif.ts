import { hash } from 'node:crypto';
import { observationsOf, type Report, type ReportObservation, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { clears, type Finding, gist, groupsOf, observationText } from './finding-text.ts';

const LEVELS = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  unknown: 'warning',
};
/** GitHub reads a number here and makes its own severities of it. */
const SECURITY = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0', negligible: '0.0', unknown: '0.0' };

/** SARIF 2.1.0 (OASIS): a rule for each vulnerability, a result for each package and place. */
export function sarifOf(report: Report, tool: { version: string }): object {
  const findings = vulnerabilitiesOf(report);
  const observations = observationsOf(report);
  const aside = (report.suppressed ?? []).map((each) => each.finding);
  const rules = [
    ...[...groupsOf([...findings, ...vulnerabilitiesOf({ findings: aside })])].map(([id, some]) => ruleOf(id, some)),
    ...new Map(
      [...observationsOf({ findings: aside }), ...observations].map((each) => [each.id, observationRule(each)]),
    ).values(),
  ];
  const position = new Map(rules.map((rule, at) => [rule.id, at] as const));
  const suppressed = (report.suppressed ?? []).map(({ finding, because }) => ({
    ...anyResult(finding, position.get(finding.id)),
    suppressions: [{ kind: 'external', status: 'accepted', justification: `${because.source}: ${because.reason}` }],
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Assay',
            version: tool.version,
            rules,
          },
        },
        automationDetails: { id: `assay/${report.image.reference}/` },
        results: [...findings, ...observations]
          .map((each) => anyResult(each, position.get(each.id)))
          .concat(suppressed),
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { IMAGE: { description: { text: 'The root of the image' } } },
        invocations: [
          {
            executionSuccessful: report.incomplete.length === 0,
            endTimeUtc: report.judgedAt,
            toolExecutionNotifications: cautionsOf(report).map((each) => ({
              descriptor: { id: `assay/${each.kind}` },
              level: each.loud ? 'error' : 'warning',
              message: { text: cautionInWords(each) },
            })),
          },
        ],
        properties: {
          image: report.image.reference,
          digest: report.image.digest,
          advisories: report.advisories.digest,
          ...(report.distribution?.support && { distributionSupport: report.distribution.support }),
        },
      },
    ],
  };
}

function anyResult(each: Report['findings'][number], ruleIndex: number | undefined): object {
  return each.kind === 'vulnerability' ? resultOf(each, ruleIndex) : observationResult(each, ruleIndex);
}

function observationRule(each: ReportObservation) {
  return {
    id: each.id,
    name: each.kind,
    shortDescription: { text: each.title },
    fullDescription: { text: [each.title, ...each.aliases].join(', ') },
    ...(each.references[0] !== undefined && { helpUri: each.references[0] }),
    help: { text: each.cure ?? each.title },
    defaultConfiguration: { level: LEVELS[each.severity] },
    properties: { 'security-severity': SECURITY[each.severity], tags: ['security', each.kind] },
  };
}

function observationResult(each: ReportObservation, ruleIndex: number | undefined): object {
  const line = each.place === 'file' && each.line !== undefined && each.line > 0 ? each.line : 1;
  return {
    ruleId: each.id,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: LEVELS[each.severity],
    message: { text: observationText(each) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(each.path ?? each.place), uriBaseId: 'IMAGE' },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: fingerprints(`${each.id}:${each.path ?? each.place}:${each.fingerprint ?? each.line ?? ''}`),
    properties: { severity: each.severity, place: each.place },
  };
}

/** The same finding in the next run; GitHub goes by a hash of this name and would else make one of a file it does not have. */
function fingerprints(text: string): Record<string, string> {
  return { 'assay/v1': text, primaryLocationLineHash: `${hash('sha256', text, 'hex').slice(0, 16)}:1` };
}

function ruleOf(id: string, some: readonly Finding[]) {
  const first = some[0]!;
  const score = first.score === undefined ? SECURITY[first.severity] : first.score.toFixed(1);
  return {
    id,
    name: 'VulnerablePackage',
    shortDescription: { text: `${id} in ${first.package.sourceName ?? first.package.name}` },
    fullDescription: { text: first.summary ?? id },
    ...(first.references[0] !== undefined && { helpUri: first.references[0] }),
    help: { text: [first.summary, ...first.references].filter(Boolean).join('\n') || id },
    defaultConfiguration: { level: LEVELS[first.severity] },
    properties: { 'security-severity': score, tags: ['security', 'vulnerability', first.severity.toUpperCase()] },
  };
}

function resultOf(finding: Finding, ruleIndex: number | undefined): object {
  return {
    ruleId: finding.id,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: LEVELS[finding.severity],
    message: { text: `${gist(finding)} ${clears(finding)}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(finding.evidence.path), uriBaseId: 'IMAGE' },
          region: { startLine: 1 },
        },
        message: { text: `layer ${finding.layer.digest}` },
      },
    ],
    partialFingerprints: fingerprints(`${finding.id}:${finding.package.purl}:${finding.evidence.path}`),
    properties: {
      purl: finding.package.purl,
      severity: finding.severity,
      severitySource: finding.severitySource,
      status: finding.status,
      comparison: finding.evidence.comparison,
      ...(finding.fixedVersion !== undefined && { fixedVersion: finding.fixedVersion }),
      ...(finding.exploited && { exploited: true }),
      ...(finding.epss && { epss: finding.epss.score }),
    },
  };
}
