import { inWords } from '../../predicates/duration.ts';
import { DAY_MS, type Grade, type HealthLine, type HealthSituation } from '../line.ts';

const LIMITS: readonly (readonly [Grade, number])[] = [
  ['A', 30],
  ['B', 90],
  ['C', 180],
  ['D', 365],
  ['E', 730],
];
/** Builds that can be repeated often say 1970 or 1980. */
const EARLIEST = Date.UTC(2000, 0, 1);

function builtAt({ facts }: HealthSituation): number | undefined {
  const { createdAt } = facts.image;
  return createdAt !== undefined && createdAt >= EARLIEST ? createdAt : undefined;
}

/** How long ago it was built, and on what. Both are claims of the image; a false one can only flatter it. */
export const age: HealthLine = {
  id: 'age',
  title: 'Age and base',
  weight: 5,
  essential: false,
  needs: ['image'],
  means: {
    A: 'built within 30 days',
    B: 'within 90 days',
    C: 'within 180 days',
    D: 'within a year',
    E: 'within two years',
    F: 'longer ago, or in the future',
  },
  judge(situation) {
    const base = situation.facts.origin?.baseName ?? '';
    const evidence = base === '' ? ['does not say what it was built from'] : [`built from ${base} (as it claims)`];
    const at = builtAt(situation);
    if (at === undefined)
      return {
        grade: undefined,
        statement: 'does not say when it was built',
        evidence,
        next: 'build it with a time (SOURCE_DATE_EPOCH of the commit, where builds are repeated)',
      };
    const days = (situation.now - at) / DAY_MS;
    const grade = days < -1 ? 'F' : (LIMITS.find(([, limit]) => days <= limit)?.[0] ?? 'F');
    return {
      grade,
      statement: days < -1 ? 'claims to be built in the future' : `built ${inWords(situation.now - at)} ago`,
      evidence: [`${new Date(at).toISOString().slice(0, 10)} (as it claims)`, ...evidence],
      ...(grade !== 'A' && { next: 'build it again from a fresh base' }),
    };
  },
  turnsAt(situation) {
    const at = builtAt(situation);
    return at === undefined ? [] : [at - DAY_MS, ...LIMITS.map(([, days]) => at + days * DAY_MS + 1)];
  },
};
