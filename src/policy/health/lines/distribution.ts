import { supportOf, supportTurns } from '../../../content/findings/end-of-life.ts';
import { DAY_MS, type HealthLine } from '../line.ts';

const SOON_MS = 90 * DAY_MS;

/** Whether its distribution still gets fixes. */
export const distribution: HealthLine = {
  id: 'distribution',
  title: 'Distribution support',
  weight: 5,
  essential: false,
  needs: [],
  means: {
    A: 'supported for more than 90 days yet',
    B: 'supported, ends within 90 days',
    C: 'extended support, by subscription or volunteers',
    F: 'gets no more fixes',
  },
  judge(situation) {
    const { facts, now } = situation;
    const found = facts.distribution;
    const gap = facts.gaps.distribution;
    if (!found && gap?.kind === 'absent' && facts.analysis?.unjudged === 0)
      return { grade: undefined, notApplicable: true, statement: 'holds no distribution', evidence: [] };
    if (!found) return { grade: undefined, statement: gap?.detail ?? 'not known', evidence: [] };
    const support = supportOf(found.end, now);
    const day = found.end?.endedAt;
    const next = 'build from a release that is supported';
    if (support === 'unknown')
      return { grade: undefined, statement: found.name, evidence: ['no end of life is on record for it'] };
    if (support === 'ended')
      return { grade: 'F', statement: `${found.name} gets no more fixes`, evidence: [`ended ${day}`], next };
    if (support === 'extended')
      return {
        grade: 'C',
        statement: `${found.name} gets fixes only by ${found.end?.extendedBy ?? 'extended support'}`,
        evidence: [`ended ${day}, extended until ${found.end?.extendedAt}`],
        next,
      };
    const soon = (supportTurns(found.end)[0] ?? now) - now <= SOON_MS;
    return {
      grade: soon ? 'B' : 'A',
      statement: `${found.name} is supported`,
      evidence: [`until ${day}`],
      ...(soon && { next: 'build from the next release' }),
    };
  },
  turnsAt: ({ facts }) => supportTurns(facts.distribution?.end).flatMap((at) => [at - SOON_MS, at]),
};
