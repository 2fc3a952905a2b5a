import { worst } from '../line.ts';
import type { HealthLine } from '../line.ts';
import { gradeObservations } from './observed.ts';

/** How it was made, and whether it runs as root. */
export const practices: HealthLine = {
  id: 'practices',
  title: 'Practices and user',
  weight: 7,
  essential: false,
  needs: ['observations', 'image'],
  means: {
    A: 'nothing to mend; not root',
    B: 'findings of low severity; not root',
    C: 'runs as root, or findings of medium severity',
    D: 'findings of high severity, as unchecked packages',
    F: 'critical ones, as an account without a password',
  },
  judge(situation) {
    const { image, observations = [] } = situation.facts;
    const found = gradeObservations(
      situation,
      observations.filter((each) => each.kind === 'practice'),
      { critical: 'F', high: 'D', medium: 'C', unknown: 'C', low: 'B', negligible: 'A' },
      { none: 'nothing to mend', found: 'findings about how it is made', cure: 'change how it is built' },
    );
    const user = image.root ? `runs as root (${image.user || 'no user is set'})` : `runs as ${image.user}`;
    if (!image.root || found.grade === undefined) return { ...found, evidence: [user, ...found.evidence] };
    const grade = worst(['C', found.grade]);
    return {
      ...found,
      grade,
      statement: grade === found.grade && grade !== 'C' ? found.statement : 'runs as root',
      evidence: [user, ...found.evidence],
      next: grade === 'C' ? 'end the Dockerfile with a USER that is not root, best a number: USER 10001' : found.next,
    };
  },
};
