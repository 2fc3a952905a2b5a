import { z } from 'zod';
import { listLiteral, predicate } from './predicate.ts';

export const platform = predicate({
  name: 'platform',
  summary: 'made for one of these platforms',
  example: 'platform: { in: [linux/amd64, linux/arm64] }',
  options: z.strictObject({ in: z.array(z.string().min(3).max(60)).min(1).max(50) }),
  cel: (given) => `image.platform in ${listLiteral(given.in)}`,
  breach: (given, { facts }) => ({
    statement: `made for ${facts.image.platform ?? 'an unknown platform'}`,
    evidence: [`allowed: ${given.in.join(', ')}`],
    cure: `build it for ${given.in[0]}`,
  }),
});
