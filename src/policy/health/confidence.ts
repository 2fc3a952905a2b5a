import type { AnalysisFacts } from '../facts.ts';
import { DAY_MS, type Grade, type HealthSituation, type LineFinding, worse } from './line.ts';

/** Advisories that nobody confirmed for longer than this say less, and after `OLD_MS` nothing. */
const AGING_MS = 7 * DAY_MS;
const OLD_MS = 30 * DAY_MS;

interface Doubt {
  readonly atBest: Grade | undefined;
  readonly evidence: string;
  readonly next: string;
}

/** Why the analysis is not the whole truth: parts that were not read. */
function unread({ state, incomplete }: AnalysisFacts): Doubt[] {
  if (state === 'complete') return [];
  const first = incomplete[0] === undefined ? '' : `, first ${incomplete[0]}`;
  return [
    {
      atBest: 'C',
      evidence: `${incomplete.length} parts could not be read${first}`,
      next: 'take out what cannot be read',
    },
  ];
}

/** Why the advisories are not the whole truth: packages that no feed speaks of, and feeds that are old. */
function unheard({ packages, unjudged, advisoriesAt }: AnalysisFacts, now: number): Doubt[] {
  const age = now - advisoriesAt;
  return [
    ...(unjudged > 0
      ? [
          {
            atBest: unjudged * 10 <= packages ? ('B' as const) : ('C' as const),
            evidence: `no feed speaks of ${unjudged} of ${packages} packages`,
            next: 'import a feed that covers them (assay advisories status)',
          },
        ]
      : []),
    ...(age > AGING_MS
      ? [
          {
            atBest: age > OLD_MS ? undefined : ('C' as const),
            evidence: `the oldest advisory feed was last confirmed ${Math.floor(age / DAY_MS)} days ago`,
            next: 'update the advisories (assay advisories update)',
          },
        ]
      : []),
  ];
}

/** The finding as far as the analysis bears it: a good grade needs an image that was read as a whole. */
export function asFarAsRead(finding: LineFinding, { facts, now }: HealthSituation, by: 'files' | 'advisories') {
  const { analysis } = facts;
  if (!analysis) return finding;
  const doubts = [...unread(analysis), ...(by === 'advisories' ? unheard(analysis, now) : [])];
  return doubts.reduce<LineFinding>(doubted, finding);
}

function doubted(finding: LineFinding, { atBest, evidence, next }: Doubt): LineFinding {
  const { grade } = finding;
  if (grade === undefined || grade === 'F') return finding;
  if (atBest !== undefined && !worse(atBest, grade)) return { ...finding, evidence: [...finding.evidence, evidence] };
  return {
    ...finding,
    grade: atBest,
    statement:
      atBest === undefined ? `not known any more: ${evidence}` : `${finding.statement}, as far as could be judged`,
    evidence: [evidence, ...finding.evidence],
    next,
  };
}

/** When advisories become too old for a grade. */
export function advisoryTurns({ facts: { analysis } }: HealthSituation): number[] {
  return analysis ? [analysis.advisoriesAt + AGING_MS + 1, analysis.advisoriesAt + OLD_MS + 1] : [];
}
