import { decidingVector } from '../content/advisories/cvss.ts';
import { clears, type Finding } from './outputs/finding-text.ts';
import type { Report } from './report.ts';

/**
 * Everything that made a finding, line by line: the package and its file, the layer and its instruction, the record and
 * how old its feed is, the comparison, whose severity counts, and what clears it. Pure.
 */
export function explain(report: Report, finding: Finding): readonly (readonly [label: string, text: string])[] {
  const { package: of, layer, evidence } = finding;
  const feed = report.advisories.feeds.find((each) => each.feed === evidence.feed);
  const vector = decidingVector(finding.cvss ?? []);
  const layers = [...new Set(report.packages.map((each) => each.layer.digest))];
  const place = layers.indexOf(layer.digest);
  return [
    ['finding', `${finding.id}${finding.aliases.length > 0 ? ` (${finding.aliases.join(', ')})` : ''}`],
    ...(finding.summary === undefined ? [] : ([['about', finding.summary]] as const)),
    ['package', `${of.name} ${of.version}  ${of.purl}`],
    ['file', evidence.path],
    ['layer', `${layer.digest}${place < 0 ? '' : ` (of ${layers.length} that brought packages, number ${place + 1})`}`],
    ['instruction', layer.instruction ?? 'not in the history of the image'],
    [
      'record',
      `${evidence.record} of ${evidence.feed}${feed ? `, imported ${feed.importedAt}${feed.checkedAt ? `, checked ${feed.checkedAt}` : ''}` : ''}${finding.publishedAt ? `, published ${finding.publishedAt}` : ''}`,
    ],
    ...(finding.sources ?? [])
      .slice(1)
      .map(
        (each) =>
          [
            'also by',
            `${each.record} of ${each.feed}: ${each.severity}, ${each.fixedVersion === undefined ? each.status : `fixed in ${each.fixedVersion}`} (${each.comparison})`,
          ] as const,
      ),
    ['judged as', `${evidence.judgedName} ${evidence.judgedVersion} in ${evidence.ecosystem}`],
    ['comparison', evidence.comparison],
    ['status', `${finding.status}${finding.statusDetail ? `: ${finding.statusDetail}` : ''}`],
    ['severity', `${finding.severity}, by ${finding.severitySource}`],
    ...(finding.severities ?? [])
      .slice(1)
      .map((each) => ['', `${each.severity}, by ${each.source}${each.vector ? ` (${each.vector})` : ''}`] as const),
    ...(vector ? ([['CVSS', `${vector.version} ${vector.score.toFixed(1)} ${vector.vector}`]] as const) : []),
    ...(finding.exploited ? ([['exploited', 'attacks with it are known (KEV)']] as const) : []),
    ...(finding.epss
      ? ([
          [
            'EPSS',
            `${(finding.epss.score * 100).toFixed(2)} % within 30 days; more likely than ${(finding.epss.percentile * 100).toFixed(0)} % of all`,
          ],
        ] as const)
      : []),
    ['cleared by', clears(finding)],
    ...finding.references.slice(0, 10).map((each, at) => [at === 0 ? 'references' : '', each] as const),
  ];
}
