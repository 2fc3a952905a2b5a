import { z } from 'zod';
import { globToPattern } from './glob.ts';
import { literal, predicate } from './predicate.ts';

const globs = z.array(z.string().min(1).max(300)).min(1).max(100);

function anyOf(value: string, patterns: readonly string[]): string {
  return patterns.map((each) => `${value}.matches(${literal(globToPattern(each))})`).join(' || ');
}

/** By the image's own label or annotation: a claim, as evidence and denial say. */
export const base = predicate({
  name: 'base',
  summary: 'its base image is one of these (as it claims)',
  example: 'base: { in: ["docker.io/library/debian:*"] }',
  options: z.strictObject({ in: globs }),
  cel: (given) => anyOf('origin.baseName', given.in),
  breach: (given, { facts }) => ({
    statement: facts.origin?.baseName
      ? `built from ${facts.origin.baseName}, which is not on the list`
      : 'does not say what it was built from',
    evidence: [`allowed: ${given.in.join(', ')}`],
    cure: 'build it from an allowed base, and set the label org.opencontainers.image.base.name',
  }),
});

export const source = predicate({
  name: 'source',
  summary: 'built from one of these sources (as it claims)',
  example: 'source: { in: ["https://git.example.com/**"] }',
  options: z.strictObject({ in: globs }),
  cel: (given) => anyOf('origin.source', given.in),
  breach: (given, { facts }) => ({
    statement: facts.origin?.source ? `built from ${facts.origin.source}` : 'does not say where its source is',
    evidence: [`allowed: ${given.in.join(', ')}`],
    cure: 'build it from an allowed source, and set the label org.opencontainers.image.source',
  }),
});
