import { z } from 'zod';
import { predicate, shown } from './predicate.ts';
import { findingInWords, upgrades } from './vulnerabilities.ts';

const options = z.strictObject({ below: z.number().gt(0).max(1) });

/** EPSS: the chance of attacks within 30 days, as FIRST estimates it. */
export const epss = predicate({
  name: 'epss',
  summary: 'every vulnerability is less likely to be attacked within 30 days than this (EPSS)',
  example: 'epss: { below: 0.5 }',
  options,
  cel: ({ below }) => `findings.all(f, f.epss < ${below.toFixed(5)})`,
  breach({ below }, { facts }) {
    const some = (facts.findings ?? []).filter((each) => each.epss >= below).sort((a, b) => b.epss - a.epss);
    return {
      statement: `${some.length} ${some.length === 1 ? 'vulnerability has' : 'vulnerabilities have'} an EPSS of ${below} or more`,
      evidence: shown(some.map((each) => `${findingInWords(each)}, EPSS ${each.epss.toFixed(3)}`)),
      cure: upgrades(some),
    };
  },
});
