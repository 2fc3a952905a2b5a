import { z } from 'zod';
import { predicate } from './predicate.ts';

/** Quarantine: an image waits until a person lets it go. */
export const released = predicate({
  name: 'released',
  summary: 'somebody let it out of quarantine',
  example: 'released: by-person',
  options: z.literal('by-person'),
  cel: () => 'release.state == "released"',
  breach: (_, { facts, request }) => ({
    statement: facts.release.state === 'held' ? `held back by ${facts.release.by}` : 'in quarantine, not released yet',
    evidence: facts.release.reason === '' ? [] : [facts.release.reason],
    cure: `look at it and let it go: assay quarantine release ${request.repository}@${facts.image.digest}`,
  }),
});
