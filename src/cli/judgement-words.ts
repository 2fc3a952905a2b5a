import type { z } from 'zod';
import { severities } from '../content/advisories/advisory.ts';
import type { judgement } from '../contract/shapes.ts';

/** `2 critical, 14 high` or where the analysis stands; "no known vulnerabilities" only when everything was judged. */
export function judgementInWords({ state, counts, unjudged, packages }: z.output<typeof judgement>): string {
  if (!counts) return state;
  const words = severities.filter((each) => counts[each] > 0).map((each) => `${counts[each]} ${each}`);
  const gaps = [
    ...(state === 'incomplete' ? ['incomplete'] : []),
    ...(unjudged ? [`${unjudged} of ${packages ?? '?'} packages unknown`] : []),
  ];
  if (words.length === 0 && gaps.length === 0) return 'no known vulnerabilities';
  return [...words, ...gaps].join(', ');
}
