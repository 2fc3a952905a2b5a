import type { HealthLine } from '../line.ts';
import { gradeObservations } from './observed.ts';

/** What it carries and does not need. */
export const minimality: HealthLine = {
  id: 'minimality',
  title: 'Minimality',
  weight: 3,
  essential: false,
  needs: ['observations'],
  means: {
    A: 'nothing that it does not need',
    B: 'things of low severity, as a shell or a package manager',
    C: 'of medium severity, as compilers or many wasted bytes',
    D: 'of high severity',
  },
  judge: (situation) =>
    gradeObservations(
      situation,
      (situation.facts.observations ?? []).filter((each) => each.kind === 'minimality'),
      { critical: 'D', high: 'D', medium: 'C', unknown: 'C', low: 'B', negligible: 'A' },
      {
        none: 'nothing that it does not need',
        found: 'things that it does not need',
        cure: 'build in stages and copy only the result',
      },
    ),
};
