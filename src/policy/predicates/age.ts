import { z } from 'zod';
import { duration, durationLiteral, inWords } from './duration.ts';
import { predicate } from './predicate.ts';

/** By the configuration's own `created`: a claim of the builder, so it can only make an image look younger. */
export const age = predicate({
  name: 'age',
  summary: 'built within this time',
  example: 'age: { max: 90d }',
  options: z.strictObject({ max: duration }),
  cel: ({ max }) => `now - image.createdAt <= ${durationLiteral(max)}`,
  breach: ({ max }, { facts, now }) => ({
    statement: `older than ${inWords(max)}`,
    evidence:
      facts.image.createdAt === undefined
        ? []
        : [
            `built ${new Date(facts.image.createdAt).toISOString().slice(0, 10)}, ${inWords(now - facts.image.createdAt)} ago`,
          ],
    cure: 'build it again from a fresh base',
  }),
  turnsAt: ({ max }, { facts }) => (facts.image.createdAt === undefined ? [] : [facts.image.createdAt + max + 1]),
});
