import { z } from 'zod';
import { predicate } from './predicate.ts';

const options = z.union([z.literal(true), z.strictObject({ extended: z.boolean() })]);

function allowed(given: z.output<typeof options>): string {
  return given !== true && given.extended ? '["supported", "extended"]' : '["supported"]';
}

export const supported = predicate({
  name: 'supported',
  summary: 'its distribution still gets fixes',
  example: 'supported: { extended: true }',
  options,
  cel: (given) => `distribution.support in ${allowed(given)}`,
  breach: (_, { facts: { distribution } }) => ({
    statement: `${distribution?.name ?? 'its distribution'} gets no more fixes, or nobody knows`,
    evidence: distribution?.end ? [`ended ${distribution.end.endedAt}`] : ['no end of life is on record'],
    cure: 'build from a release that is supported',
  }),
});
