import { z } from 'zod';
import { globToPattern } from './glob.ts';
import { literal, predicate, shown } from './predicate.ts';

const options = z.union([
  z.literal('confined'),
  z.strictObject({ allow: z.array(z.string().min(1).max(300)).min(1).max(100) }),
]);

function allowed(given: z.output<typeof options>): readonly string[] {
  return given === 'confined' ? [] : given.allow;
}

/** At the gate run: what a container may ask for beyond what an engine gives to each. Elsewhere nothing is asked for. */
export const container = predicate({
  name: 'container',
  summary: 'asks for nothing beyond a confined container, or only for these powers; counts at the gate run',
  example: 'container: { allow: ["cap:NET_ADMIN", "bind:/srv/**"] }',
  options,
  cel: (given) =>
    allowed(given).length === 0
      ? 'size(request.powers) == 0'
      : `request.powers.all(p, ${allowed(given)
          .map((each) => `p.matches(${literal(globToPattern(each))})`)
          .join(' || ')})`,
  breach: (given, { request }) => ({
    statement: 'the container asks for more than the policy gives',
    evidence: shown(request.powers ?? []),
    cure:
      allowed(given).length === 0
        ? 'run it without these settings'
        : `run it with no more than ${allowed(given).join(', ')}`,
  }),
});
