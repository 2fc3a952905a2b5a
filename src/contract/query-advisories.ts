import type { z } from 'zod';
import { decidingVector } from '../content/advisories/cvss.ts';
import { canonicalKey } from '../content/findings/ecosystems.ts';
import { judge } from '../content/findings/judge.ts';
import type { AdvisorySet } from '../ports/advisory-sets.ts';
import type { queryAnswer } from './house.ts';

export type QueryAnswer = z.infer<typeof queryAnswer>;

/** Answers what a person or a program asks of one package version; nothing but the matching of scans stands behind it. */
export function queryOne(
  set: Pick<AdvisorySet, 'covers' | 'lookUp' | 'likelihoodOf'>,
  asked: { ecosystem: string; name: string; version: string },
): QueryAnswer {
  const key = canonicalKey(asked);
  return {
    ...asked,
    covered: set.covers(key.ecosystem),
    findings: judge(key, set.lookUp).map(
      ({ recordId, judged: _judged, sources: _sources, aliases, references, cvss, severities, ...rest }) => {
        const epss = set.likelihoodOf([rest.id, ...aliases]);
        const score = decidingVector(cvss ?? [])?.score;
        return {
          ...rest,
          aliases: [...aliases],
          references: [...references],
          ...(severities && { severities: severities.map((each) => ({ ...each })) }),
          ...(cvss && { cvss: [...cvss] }),
          ...(score !== undefined && { score }),
          ...(epss && { epss }),
          record: recordId,
        };
      },
    ),
  };
}
