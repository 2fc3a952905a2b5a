import { observationsOf, type Report, vulnerabilitiesOf } from '../report.ts';
import { cautionInWords, cautionsOf } from './cautions.ts';
import { clears, countsOf, distinct, escapeMarkup as text, nameOf, placeOf } from './finding-text.ts';

const STYLE = `
:root{color-scheme:light dark;--fg:#1b1f24;--dim:#5b6570;--line:#d5dae0;--bg:#fff;--red:#b3261e;--amber:#8a5a00;--blue:#1f5fa8}
@media(prefers-color-scheme:dark){:root{--fg:#e6e9ed;--dim:#9aa4af;--line:#333b44;--bg:#14181d;--red:#ff8a80;--amber:#f2c06b;--blue:#8ab8f0}}
body{font:14px/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg);margin:2rem auto;max-width:80rem;padding:0 1rem}
h1{font-size:1.3rem;margin:0;overflow-wrap:anywhere}h2{font-size:1rem;margin:2rem 0 .5rem}
code,.m{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--dim)}td.m{overflow-wrap:normal}td:last-child{overflow-wrap:anywhere}.critical,.high{color:var(--red);font-weight:600}.medium{color:var(--amber)}.low{color:var(--blue)}
.loud{border:2px solid var(--red);padding:.6rem .8rem;margin:1rem 0;font-weight:600}
details{margin:.1rem 0}summary{cursor:pointer}
@media(max-width:44rem){body{margin:1rem auto}thead{display:none}tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}td,td.m{display:block;border:0;padding:.1rem 0;overflow-wrap:anywhere}td:empty{display:none}}
@media print{:root{--fg:#000;--bg:#fff;--dim:#333;--line:#999}body{margin:0;max-width:none}details::details-content{content-visibility:visible;display:block}tr{break-inside:avoid}}
`;

/** One HTML file with everything in it, for reading and printing; it loads nothing and runs nothing. */
export function htmlOf(report: Report): string {
  const { image, distribution } = report;
  const counts = countsOf(vulnerabilitiesOf(report)).filter(([, count]) => count > 0);
  const cautions = cautionsOf(report);
  const rows = distinct(vulnerabilitiesOf(report)).map((some) => {
    const first = some[0]!;
    const places = some
      .map((each) => `${each.package.name} ${each.package.version}, ${each.evidence.path}, layer ${each.layer.digest}`)
      .map((each) => `<div class="m">${text(each)}</div>`)
      .join('');
    const links = first.references
      .filter((each) => /^https?:\/\//.test(each))
      .map((each) => `<div><a class="m" rel="noreferrer" href="${text(each)}">${text(each)}</a></div>`)
      .join('');
    return `<tr><td class="${first.severity}">${first.severity}${first.exploited ? '<br>exploited' : ''}</td><td><b>${text(first.id)}</b><div class="dim">${text(first.aliases.join(', '))}</div></td><td>${text(first.package.sourceName ?? first.package.name)}<div class="m">${text(first.evidence.judgedVersion)}</div></td><td class="m">${text(first.fixedVersion ?? first.status)}</td><td>${first.epss ? `${(first.epss.score * 100).toFixed(1)} %` : ''}</td><td><details><summary>${text(first.summary ?? first.evidence.comparison)}</summary><div>${text(first.evidence.comparison)}; ${text(clears(first))}</div><div class="dim">severity by ${text(first.severitySource)}; record ${text(first.evidence.record)} of ${text(first.evidence.feed)}</div>${places}${links}</details></td></tr>`;
  });
  const notes = [
    ...cautions.filter((each) => !each.loud && each.kind !== 'end-of-life').map(cautionInWords),
    ...(report.suppressed ?? []).map(
      ({ finding, because }) =>
        `set aside: ${finding.id} in ${nameOf(finding)} by ${because.source}: ${because.reason}${because.expiresAt ? ` (until ${because.expiresAt})` : ''}`,
    ),
  ];
  const observed = observationsOf(report).map(
    (each) =>
      `<tr><td class="${each.severity}">${each.severity}</td><td>${each.kind}</td><td>${text([`${each.title}, at ${placeOf(each)}`, each.detail].filter(Boolean).join(': '))}<div class="dim">${text([each.id, ...each.aliases].join(', '))}${each.cure ? `; ${text(each.cure)}` : ''}</div></td></tr>`,
  );
  const packages = report.packages
    .map(
      (each) =>
        `<tr><td>${text(each.name)}</td><td class="m">${text(each.version)}</td><td>${text(each.type)}</td><td class="m">${text(each.path)}</td></tr>`,
    )
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${text(image.reference)}</title><style>${STYLE}</style></head><body>
<h1>${text(image.reference)}</h1><div class="m dim">${text(image.digest)}</div>
<p>${text(distribution?.name ?? 'distribution unknown')} · ${report.packages.length} packages · ${counts.map(([severity, count]) => `<span class="${severity}">${count} ${severity}</span>`).join(', ') || 'nothing known against it'}</p>
${cautions
  .filter((each) => each.loud || each.kind === 'end-of-life')
  .map((each) => `<div class="loud">${text(cautionInWords(each))}</div>`)
  .join('')}
<h2>Vulnerabilities</h2>
<table><thead><tr><th>severity</th><th>id</th><th>package</th><th>fixed in</th><th>EPSS</th><th>what</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>
${observed.length === 0 ? '' : `<h2>Secrets, practices and more</h2><table><thead><tr><th>severity</th><th>kind</th><th>what</th></tr></thead><tbody>${observed.join('\n')}</tbody></table>`}
${notes.length === 0 ? '' : `<h2>What to know</h2><ul>${notes.map((each) => `<li>${text(each)}</li>`).join('')}</ul>`}
<h2>Packages</h2><table><thead><tr><th>name</th><th>version</th><th>type</th><th>file</th></tr></thead><tbody>${packages}</tbody></table>
<p class="dim">Analysed ${report.analysedAt}, judged ${report.judgedAt}${report.asOf ? `, as known on ${report.asOf}` : ''} with advisories <span class="m">${text(report.advisories.digest)}</span>: ${report.advisories.feeds.map((each) => text(`${each.feed} (${each.importedAt.slice(0, 10)})`)).join(', ')}</p>
</body></html>`;
}
