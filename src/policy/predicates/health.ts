import { z } from 'zod';
import { grades, worse } from '../health/line.ts';
import { listLiteral, predicate, shown } from './predicate.ts';

/** The health card, under the profile that rules in the organisation. */
export const health = predicate({
  name: 'health',
  summary: 'its health card has this grade or a better one',
  example: 'health: { atLeast: B }',
  options: z.strictObject({ atLeast: z.enum(grades) }),
  cel: ({ atLeast }) => `health.grade in ${listLiteral(grades.filter((each) => !worse(each, atLeast)))}`,
  breach({ atLeast }, { card }) {
    const against = (card?.lines ?? []).filter(({ grade }) => grade !== undefined && worse(grade, atLeast));
    against.sort((a, b) => (a.grade === b.grade ? b.weight - a.weight : a.grade! < b.grade! ? 1 : -1));
    return {
      statement: `health ${card?.grade ?? 'not known'}, score ${card?.score ?? 0}; ${atLeast} or better is asked for`,
      evidence: shown(against.map((each) => `${each.title} ${each.grade}: ${each.statement}`)),
      cure: against[0]?.next?.step ?? '',
    };
  },
  turnsAt: (_, { card }) => (card?.validUntil === undefined ? [] : [card.validUntil]),
});
