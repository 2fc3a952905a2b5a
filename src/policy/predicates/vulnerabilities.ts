import { z } from 'zod';
import { severities } from '../../content/advisories/advisory.ts';
import type { FindingFacts } from '../facts.ts';
import { listLiteral, predicate, shown } from './predicate.ts';

const options = z.strictObject({
  /** This severe or worse counts. */
  atLeast: z.enum(severities).default('critical'),
  /** Only what an upgrade clears counts. */
  fixable: z.boolean().default(false),
  /** As many are let through. */
  max: z.number().int().min(0).max(100_000).default(0),
});

function severe(atLeast: (typeof severities)[number]): string[] {
  return severities.slice(0, severities.indexOf(atLeast) + 1);
}

/** One line of evidence: `CVE-2024-1 (critical) in openssl 3.0.1, fixed in 3.0.2`. */
export function findingInWords(each: FindingFacts): string {
  const cure = each.fixedVersion === undefined ? each.status : `fixed in ${each.fixedVersion}`;
  return `${each.id} (${each.severity}${each.exploited ? ', exploited' : ''}) in ${each.package} ${each.version}, ${cure}`;
}

/** The versions that clear these findings, as one line. */
export function upgrades(findings: readonly FindingFacts[]): string {
  const steps = new Set(
    findings.flatMap((each) => (each.fixedVersion === undefined ? [] : [`${each.package} to ${each.fixedVersion}`])),
  );
  const [first, ...rest] = steps;
  if (first === undefined)
    return 'no fix is known; say that it does not apply (assay vex add), or ask for an exception';
  return `upgrade ${first}${rest.length > 0 ? ` and ${rest.length} more (assay cure shows them)` : ''}`;
}

export const vulnerabilities = predicate({
  name: 'vulnerabilities',
  summary: 'at most so many known vulnerabilities, by severity and whether a fix exists',
  example: 'vulnerabilities: { atLeast: critical, fixable: true }',
  options,
  cel: ({ atLeast, fixable, max }) =>
    `size(findings.filter(f, f.severity in ${listLiteral(severe(atLeast))}${fixable ? ' && f.fixable' : ''})) <= ${max}`,
  breach({ atLeast, fixable, max }, { facts }) {
    const some = (facts.findings ?? []).filter(
      (each) => severe(atLeast).includes(each.severity) && (!fixable || each.fixedVersion !== undefined),
    );
    const kind = `${atLeast}${atLeast === 'critical' ? '' : ' or worse'}${fixable ? ' and fixable' : ''}`;
    return {
      statement: `${some.length} ${some.length === 1 ? 'vulnerability is' : 'vulnerabilities are'} ${kind}${max > 0 ? `; ${max} are allowed` : ''}`,
      evidence: shown(some.map(findingInWords)),
      cure: upgrades(some),
    };
  },
});
