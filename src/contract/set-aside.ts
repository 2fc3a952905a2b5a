import type { z } from 'zod';
import { type IgnoreRule, isExpired, ruleMatches } from '../content/findings/ignore-file.ts';
import { deciding, madeAt, setsAside, speaksOf, type VexStatement } from '../content/vex/statement.ts';
import { sayingInWords } from './render-report.ts';
import type { Report, ReportVulnerability, setAside } from './report.ts';

type Finding = ReportVulnerability;
type Because = z.infer<typeof setAside>;

/** Documents and rules that a person holds against a report, each with the name of the file it came from. */
export interface Judgements {
  readonly vex: readonly { readonly source: string; readonly statements: readonly VexStatement[] }[];
  readonly ignore: readonly { readonly source: string; readonly rules: readonly IgnoreRule[] }[];
}

/** The names by which statements and rules may call the image of a report. */
export function namesOfImage({ image }: Pick<Report, 'image'>): string[] {
  const bare = image.reference.replace(/@[a-z0-9]+:[0-9a-f]+$/, '').replace(/:[^:/]+$/, '');
  const name = bare.slice(bare.lastIndexOf('/') + 1);
  return [image.reference, bare, image.digest, `pkg:oci/${name.toLowerCase()}@${image.digest}`];
}

/**
 * Sets aside what statements call not affected or fixed, and what unexpired rules ignore; a rule past its day sets nothing
 * aside. The newest statement of a vulnerability and package decides; one that was made after `now` is not there yet. Pure.
 */
export function applyJudgements(report: Report, { vex, ignore }: Judgements, now: number): Report {
  const image = namesOfImage(report);
  const findings: Report['findings'] = [];
  const suppressed = [...(report.suppressed ?? [])];
  for (const finding of report.findings) {
    const ids = [finding.id, ...finding.aliases];
    if (finding.kind !== 'vulnerability') {
      const because = byRule(ignore, subjectOf(finding, image), now);
      if (because) suppressed.push({ finding, because });
      else findings.push(finding);
      continue;
    }
    ids.push(finding.evidence.record);
    const said = deciding(
      vex.flatMap(({ source, statements }) =>
        statements
          .filter((each) => madeAt(each) <= now && speaksOf(each, { ids, packagePurl: finding.package.purl, image }))
          .map((statement) => ({ source, statement })),
      ),
    );
    const because = (said && bySaying(said)) ?? byRule(ignore, subjectOf(finding, image), now);
    if (because) suppressed.push({ finding, because });
    else findings.push(said ? commented(finding, said.statement) : finding);
  }
  const lapsed = lapsedOf(report, ignore, now, image);
  return {
    ...report,
    findings,
    ...(suppressed.length > 0 && { suppressed }),
    ...(lapsed.length > 0 && { lapsed }),
  };
}

/** What a rule of an ignore file is held against. */
function subjectOf(finding: Report['findings'][number], image: readonly string[]): Parameters<typeof ruleMatches>[1] {
  const ids = [finding.id, ...finding.aliases];
  if (finding.kind !== 'vulnerability') return { ids, packages: [], path: finding.path ?? finding.place, image };
  const { name, purl, sourceName } = finding.package;
  const packages = [name, purl, ...(sourceName === undefined ? [] : [sourceName])];
  return { ids: [...ids, finding.evidence.record], packages, path: finding.evidence.path, image };
}

/** Rules past their last day that speak of a finding of the report. */
function lapsedOf(
  { findings }: Report,
  ignore: Judgements['ignore'],
  now: number,
  image: readonly string[],
): NonNullable<Report['lapsed']> {
  return ignore.flatMap(({ source, rules }) =>
    rules
      .filter((rule) => isExpired(rule, now) && findings.some((each) => ruleMatches(rule, subjectOf(each, image))))
      .map(({ id, reason, expires }) => ({ id, source, reason, expiredAt: expires })),
  );
}

interface Said {
  readonly source: string;
  readonly statement: VexStatement;
}

function bySaying({ source, statement }: Said): Because | undefined {
  if (!setsAside(statement)) return undefined;
  const reason = [statement.justification, statement.detail].filter(Boolean).join(': ');
  const by = statement.author === undefined ? source : `${source}, ${statement.author}`;
  return { by: 'vex', source: by, status: statement.status, reason: reason || 'no reason given' };
}

/** What is affected, or looked into, keeps standing; the author's words go with it. */
function commented(finding: Finding, statement: VexStatement): Finding {
  const said = sayingInWords(statement);
  return { ...finding, statusDetail: finding.statusDetail ? `${finding.statusDetail}; ${said}` : said };
}

function byRule(ignore: Judgements['ignore'], of: Parameters<typeof ruleMatches>[1], now: number): Because | undefined {
  for (const { source, rules } of ignore)
    for (const rule of rules)
      if (!isExpired(rule, now) && ruleMatches(rule, of))
        return { by: 'ignore', source, status: 'ignored', reason: rule.reason, expiresAt: rule.expires };
  return undefined;
}

/**
 * What of a report was known on a day: findings whose record, or CVE, was published by then. Where neither says when, the
 * year of the CVE number is the earliest it can have been. Records that were withdrawn since are not in it.
 */
export function knownOn(report: Report, day: string): Report {
  const known = (finding: Report['findings'][number]) => {
    if (finding.kind !== 'vulnerability') return true;
    const at = finding.publishedAt?.slice(0, 10) ?? /^CVE-(\d{4})-/.exec(finding.id)?.[1];
    return at === undefined || at <= day.slice(0, at.length);
  };
  return { ...report, asOf: day, findings: report.findings.filter(known) };
}
