import type { FindingFacts } from '../../facts.ts';
import { shown } from '../../predicates/predicate.ts';
import { findingInWords } from '../../predicates/vulnerabilities.ts';
import { advisoryTurns, asFarAsRead } from '../confidence.ts';
import { type Grade, type HealthLine, worst } from '../line.ts';

const OPEN: Readonly<Record<FindingFacts['severity'], Grade>> = {
  critical: 'D',
  high: 'C',
  medium: 'B',
  unknown: 'B',
  low: 'A',
  negligible: 'A',
};
/** A chance of attacks (EPSS) from which on the severity does not matter any more. */
const LIKELY = 0.5;

function gradeOf({ severity, epss }: FindingFacts): Grade {
  return epss >= LIKELY ? 'E' : OPEN[severity];
}

/** What no upgrade clears yet. */
export const vulnerabilities: HealthLine = {
  id: 'vulnerabilities',
  title: 'Vulnerabilities without a fix',
  weight: 10,
  essential: true,
  needs: ['findings'],
  means: {
    A: 'none, or low and negligible ones',
    B: 'medium ones, or of unknown severity',
    C: 'high ones',
    D: 'critical ones',
    E: 'ones that will probably be attacked within 30 days (EPSS 0.5 or more)',
  },
  judge(situation) {
    const open = (situation.facts.findings ?? []).filter((each) => !each.exploited && each.fixedVersion === undefined);
    const grade = worst(open.map(gradeOf));
    const some = open.filter((each) => gradeOf(each) === grade);
    return asFarAsRead(
      {
        grade,
        statement: open.length === 0 ? 'none' : `${open.length} without a fix`,
        evidence: shown(some.map(findingInWords)),
        ...(grade !== 'A' && {
          next: 'leave the package out or change to a smaller base; where it does not apply, say so (assay vex add)',
        }),
      },
      situation,
      'advisories',
    );
  },
  turnsAt: advisoryTurns,
};
