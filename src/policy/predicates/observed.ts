import { z } from 'zod';
import { severities } from '../../content/advisories/advisory.ts';
import type { Observation } from '../../content/findings/observation.ts';
import { type Breach, listLiteral, predicate, shown } from './predicate.ts';

function place({ path, place: kind, line }: Observation): string {
  return [path ?? kind, line].filter((each) => each !== undefined).join(':');
}

function breachOf(some: readonly Observation[], what: string, cure: string): Breach {
  return {
    statement: `${some.length} ${what}`,
    evidence: shown(
      some.map((each) => `${each.id} (${each.severity}) in ${place(each)}${each.removed ? ', in a deleted file' : ''}`),
    ),
    cure: some.find((each) => each.cure !== undefined)?.cure ?? cure,
  };
}

const bar = z.union([z.literal('none'), z.strictObject({ atLeast: z.enum(severities) })]);

function severe(given: z.output<typeof bar>): string[] {
  return given === 'none' ? [...severities] : severities.slice(0, severities.indexOf(given.atLeast) + 1);
}

/** Secrets in any layer, deleted files too, and in history, labels and environment. */
export const secrets = predicate({
  name: 'secrets',
  summary: 'no secret in any layer, history, label or variable',
  example: 'secrets: none',
  options: bar,
  cel: (given) => `observations.all(o, o.kind != "secret" || !(o.severity in ${listLiteral(severe(given))}))`,
  breach: (given, { facts }) =>
    breachOf(
      (facts.observations ?? []).filter((each) => each.kind === 'secret' && severe(given).includes(each.severity)),
      'secrets are in the image',
      'revoke the secret, and build again without it (RUN --mount=type=secret)',
    ),
});

export const malware = predicate({
  name: 'malware',
  summary: 'no mark of malware',
  example: 'malware: none',
  options: bar,
  cel: (given) => `observations.all(o, o.kind != "malware" || !(o.severity in ${listLiteral(severe(given))}))`,
  breach: (given, { facts }) =>
    breachOf(
      (facts.observations ?? []).filter((each) => each.kind === 'malware' && severe(given).includes(each.severity)),
      'marks of malware are in the image',
      'find out how it came in; build again from clean sources',
    ),
});

/** The categories of licences that findings tell of. */
const categories = ['forbidden', 'restricted', 'reciprocal', 'unknown'] as const;

export const licences = predicate({
  name: 'licences',
  summary: 'no licence of these classes',
  example: 'licences: { deny: [forbidden] }',
  options: z.strictObject({ deny: z.array(z.enum(categories)).min(1) }),
  cel: ({ deny }) => `observations.all(o, !(o.id in ${listLiteral(deny.map((each) => `${each}-licence`))}))`,
  breach({ deny }, { facts }) {
    const ids = deny.map((each) => `${each}-licence`);
    const some = (facts.observations ?? []).filter((each) => ids.includes(each.id));
    return {
      statement: `licences of the classes ${deny.join(', ')} are in the image`,
      evidence: shown(some.map((each) => each.detail ?? each.title)),
      cure: some[0]?.cure ?? 'replace the packages',
    };
  },
});

export const practices = predicate({
  name: 'practices',
  summary: 'none of these findings about how the image is made',
  example: 'practices: { deny: [setuid-program, ssh-exposed] }',
  options: z.strictObject({
    deny: z
      .array(z.string().regex(/^[a-z][a-z0-9-]{0,60}$/))
      .min(1)
      .max(100),
  }),
  cel: ({ deny }) => `observations.all(o, !(o.id in ${listLiteral(deny)}))`,
  breach: ({ deny }, { facts }) =>
    breachOf(
      (facts.observations ?? []).filter((each) => deny.includes(each.id)),
      'findings that this rule does not allow',
      'change how the image is built',
    ),
});
