import type { Grade, HealthLine } from '../line.ts';
import { worst } from '../line.ts';
import { asFarAsRead } from '../confidence.ts';
import { shown } from '../../predicates/predicate.ts';

const BY_RULE: Readonly<Record<string, Grade>> = { 'forbidden-licence': 'C', 'unknown-licence': 'B' };

/** What the licences of its packages ask of those who pass it on. */
export const licences: HealthLine = {
  id: 'licences',
  title: 'Licences',
  weight: 3,
  essential: false,
  needs: ['observations'],
  means: {
    A: 'none that is forbidden or unknown',
    B: 'licences that nobody could tell',
    C: 'licences that most organisations forbid, as AGPL and SSPL',
  },
  judge(situation) {
    const some = (situation.facts.observations ?? []).filter((each) => each.kind === 'licence');
    const grade = worst(some.map((each) => BY_RULE[each.id] ?? 'A'));
    const against = some.filter((each) => grade !== 'A' && BY_RULE[each.id] === grade);
    return asFarAsRead(
      {
        grade,
        statement:
          grade === 'A'
            ? 'none that is forbidden or unknown'
            : `${against.length} ${grade === 'B' ? 'licences that nobody could tell' : 'licences that most forbid'}`,
        evidence: shown(against.map((each) => each.detail ?? each.title)),
        ...(grade !== 'A' && { next: against[0]?.cure ?? 'replace the packages' }),
      },
      situation,
      'files',
    );
  },
};
