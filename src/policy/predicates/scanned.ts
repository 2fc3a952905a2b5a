import { z } from 'zod';
import { duration, durationLiteral, inWords } from './duration.ts';
import { predicate, shown } from './predicate.ts';

const options = z.strictObject({
  /** Its findings stand on advisories that were the newest within this time. */
  within: duration.optional(),
  /** Every part of it was read. */
  complete: z.boolean().default(false),
  /** Advisories speak of every package in it. */
  judged: z.boolean().default(false),
});

export const scanned = predicate({
  name: 'scanned',
  summary: 'analysed, with advisories not older than this; wholly, if asked',
  example: 'scanned: { within: 7d, complete: true }',
  options,
  cel: ({ within, complete, judged }) =>
    [
      'analysis.packages >= 0',
      ...(within === undefined ? [] : [`now - analysis.advisoriesAt <= ${durationLiteral(within)}`]),
      ...(complete ? ['analysis.state == "complete"'] : []),
      ...(judged ? ['analysis.unjudged == 0'] : []),
    ].join(' && '),
  breach({ within, complete, judged }, { facts: { analysis }, now }) {
    if (!analysis) return { statement: 'not analysed', evidence: [], cure: 'push it again' };
    if (within !== undefined && analysis.advisoriesAt === 0)
      return {
        statement: 'judged without advisories: none are imported',
        evidence: [],
        cure: 'bring advisories in: assay advisories update, or import',
      };
    const age = now - analysis.advisoriesAt;
    if (within !== undefined && age > within)
      return {
        statement: `judged with advisories older than ${inWords(within)}`,
        evidence: [`the oldest feed was last confirmed ${inWords(age)} ago`],
        cure: 'update the advisories: assay advisories update',
      };
    if (complete && analysis.state !== 'complete')
      return {
        statement: 'parts of it could not be read',
        evidence: shown(analysis.incomplete),
        cure: 'take the unreadable files out, or allow an incomplete analysis',
      };
    return {
      statement: `advisories speak of all but ${analysis.unjudged} of its ${analysis.packages} packages`,
      evidence: [],
      cure: judged ? 'import a feed that covers them: assay advisories status' : '',
    };
  },
  turnsAt: ({ within }, { facts }) =>
    within === undefined || !facts.analysis ? [] : [facts.analysis.advisoriesAt + within + 1],
});
