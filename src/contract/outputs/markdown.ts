import { observationsOf, type Report, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { countsOf, distinct, nameOf, observationText } from './finding-text.ts';

/** Markdown for a pull request or a ticket; text from the image cannot make markup. */
export function markdownOf(report: Report): string {
  const counts = countsOf(vulnerabilitiesOf(report)).filter(([, count]) => count > 0);
  const cautions = cautionsOf(report);
  const loud = cautions.filter((each) => each.loud || each.kind === 'end-of-life');
  const rows = distinct(vulnerabilitiesOf(report)).map(([first]) => {
    const each = first!;
    const mark = each.exploited ? ' **exploited**' : '';
    const likely = each.epss ? `${(each.epss.score * 100).toFixed(1)} %` : '';
    return `| ${each.severity}${mark} | ${text(each.id)} | ${text(each.package.sourceName ?? each.package.name)} | ${text(each.evidence.judgedVersion)} | ${text(each.fixedVersion ?? each.status)} | ${likely} |`;
  });
  const notes = [
    ...observationsOf(report).map((each) => `- ${text(observationText(each))}`),
    ...cautions.filter((each) => !loud.includes(each)).map((each) => `- ${text(cautionInWords(each))}`),
    ...(report.suppressed ?? []).map(
      ({ finding, because }) =>
        `- set aside: ${text(finding.id)} in ${text(nameOf(finding))} by ${text(because.source)}: ${text(because.reason)}${because.expiresAt ? ` (until ${because.expiresAt})` : ''}`,
    ),
  ];
  return [
    `## ${text(report.image.reference)}`,
    '',
    `\`${report.image.digest}\` · ${text(report.distribution?.name ?? 'distribution unknown')} · ${report.packages.length} packages · ${counts.map(([severity, count]) => `${count} ${severity}`).join(', ') || 'nothing known against it'}`,
    ...loud.flatMap((each) => ['', `> **${text(cautionInWords(each))}**`]),
    ...(rows.length === 0
      ? []
      : ['', '| severity | id | package | installed | fixed in | EPSS |', '|---|---|---|---|---|---|', ...rows]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
    `Advisories \`${report.advisories.digest}\`, judged ${report.judgedAt}${report.asOf ? `, as known on ${report.asOf}` : ''}.`,
  ].join('\n');
}

function text(raw: string): string {
  return raw.replaceAll(/[\\`*_{}[\]<>()#+!|~@&]/g, (char) => `\\${char}`).replaceAll(/[\r\n\u2028\u2029]+/g, ' ');
}
