import { type Report, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { clears, dangersOf, distinct, escapeMarkup, gist, observationText } from './finding-text.ts';

/** JUnit XML as build servers read it: a case for each vulnerability and source package; none makes one that passes. */
export function junitOf(report: Report): string {
  const groups = distinct(vulnerabilitiesOf(report));
  const observations = dangersOf(report);
  const skipped = report.suppressed ?? [];
  const seconds = '0';
  const cautions = cautionsOf(report);
  const cases = groups.map((some) => {
    const first = some[0]!;
    const name = `[${first.severity.toUpperCase()}] ${first.id}`;
    const text = some.map((each) => `${gist(each)} ${clears(each)} (${each.evidence.path})`).join('\n');
    return `    <testcase classname="${escapeMarkup(first.package.sourceName ?? first.package.name)}" name="${escapeMarkup(name)}" time="${seconds}">\n      <failure message="${escapeMarkup(clears(first))}" type="${first.severity}">${escapeMarkup(text)}</failure>\n    </testcase>`;
  });
  for (const each of observations)
    cases.push(
      `    <testcase classname="${each.kind}" name="${escapeMarkup(`[${each.severity.toUpperCase()}] ${each.id} ${each.path ?? each.place}`)}" time="${seconds}">\n      <failure message="${escapeMarkup(each.cure ?? each.title)}" type="${each.severity}">${escapeMarkup(observationText(each))}</failure>\n    </testcase>`,
    );
  const aside = skipped.map(
    ({ finding, because }) =>
      `    <testcase classname="${escapeMarkup(finding.kind === 'vulnerability' ? finding.package.name : finding.kind)}" name="${escapeMarkup(finding.id)}" time="${seconds}">\n      <skipped message="${escapeMarkup(`${because.source}: ${because.reason}`)}"/>\n    </testcase>`,
  );
  const passed =
    cases.length === 0 && cautions.every((each) => each.kind === 'end-of-life' && !each.loud)
      ? [`    <testcase classname="vulnerabilities" name="none known" time="${seconds}"/>`]
      : [];
  const errors = cautions
    .filter((each) => each.loud)
    .map(
      ({ kind, about, text }) =>
        `    <testcase classname="${kind}" name="${escapeMarkup(about)}" time="${seconds}">\n      <error message="${escapeMarkup(text)}" type="${kind}"/>\n    </testcase>`,
    );
  const quiet = cautions.filter((each) => !each.loud).map((each) => escapeMarkup(cautionInWords(each)));
  const all = [...cases, ...aside, ...errors, ...passed];
  const counts = `tests="${all.length}" failures="${cases.length}" errors="${errors.length}" skipped="${aside.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="assay" ${counts} time="${seconds}">`,
    `  <testsuite name="${escapeMarkup(report.image.reference)}" ${counts} time="${seconds}" timestamp="${report.judgedAt.slice(0, 19)}">`,
    ...all,
    ...(quiet.length === 0 ? [] : [`    <system-out>${quiet.join('\n')}</system-out>`]),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}
