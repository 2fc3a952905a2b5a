import { z } from 'zod';
import { predicate } from './predicate.ts';

export const user = predicate({
  name: 'user',
  summary: 'does not run as root',
  example: 'user: not-root',
  options: z.literal('not-root'),
  cel: () => '!image.root',
  breach: (_, { facts }) => ({
    statement: 'runs as root',
    evidence: [facts.image.user === '' ? 'no user is set' : `user ${facts.image.user}`],
    cure: 'end the Dockerfile with a USER that is not root, best a number: USER 10001',
  }),
});
