import type { HealthLine } from '../line.ts';
import { gradeObservations } from './observed.ts';

/** Secrets in any layer, deleted files too. */
export const secrets: HealthLine = {
  id: 'secrets',
  title: 'Secrets',
  weight: 10,
  essential: true,
  needs: ['observations'],
  means: {
    A: 'none',
    B: 'only what is encrypted or of little worth (low)',
    C: 'ones of medium severity, as password hashes',
    F: 'high or critical ones: keys, tokens, passwords',
  },
  judge: (situation) =>
    gradeObservations(
      situation,
      (situation.facts.observations ?? []).filter((each) => each.kind === 'secret'),
      { critical: 'F', high: 'F', medium: 'C', unknown: 'C', low: 'B', negligible: 'A' },
      {
        none: 'none',
        found: 'in its layers, history or settings',
        cure: 'revoke them, and build without them (RUN --mount=type=secret)',
      },
    ),
};
