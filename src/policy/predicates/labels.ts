import { z } from 'zod';
import { labelOf } from '../facts.ts';
import { literal, predicate } from './predicate.ts';

const key = z.string().min(1).max(200);

const options = z.union([
  z.strictObject({ present: z.array(key).min(1).max(50) }),
  z.strictObject({ equal: z.record(key, z.string().max(1000)) }),
]);

function pairs(given: z.output<typeof options>): readonly (readonly [string, string | undefined])[] {
  return 'present' in given ? given.present.map((name) => [name, undefined]) : Object.entries(given.equal);
}

export const labels = predicate({
  name: 'labels',
  summary: 'carries these labels, or with these values; claims of the image about itself',
  example: 'labels: { present: [org.opencontainers.image.source] }',
  options,
  cel: (given) =>
    pairs(given)
      .map(([name, value]) =>
        value === undefined
          ? `${literal(name)} in image.labels`
          : `${literal(name)} in image.labels && image.labels[${literal(name)}] == ${literal(value)}`,
      )
      .join(' && '),
  breach(given, { facts }) {
    const wrong = pairs(given).filter(([name, value]) => {
      const found = labelOf(facts.image, name);
      return value === undefined ? found === undefined : found !== value;
    });
    return {
      statement: `${wrong.length} labels are missing or differ`,
      evidence: wrong.map(([name]) => `${name}: ${labelOf(facts.image, name) ?? 'missing'}`),
      cure: `add them: LABEL ${wrong.map(([name, value]) => `${name}=${value ?? '…'}`).join(' ')}`,
    };
  },
});
