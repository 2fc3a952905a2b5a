import type { Severity } from '../../../content/advisories/advisory.ts';
import type { Observation } from '../../../content/findings/observation.ts';
import { shown } from '../../predicates/predicate.ts';
import { type Grade, type HealthSituation, type LineFinding, worst } from '../line.ts';
import { asFarAsRead } from '../confidence.ts';

/** The grade that an observation of each severity leads to. */
export type Scale = Readonly<Record<Severity, Grade>>;

function place({ path, place: kind, line }: Observation): string {
  return [path ?? kind, line].filter((each) => each !== undefined).join(':');
}

/** One line of evidence: `aws-secret-key (critical) in app/.env:3, in a deleted file`. */
export function observationInWords(each: Observation): string {
  return `${each.id} (${each.severity}) in ${place(each)}${each.removed ? ', in a deleted file' : ''}`;
}

/** A line that follows the worst of some observations. */
export function gradeObservations(
  situation: HealthSituation,
  some: readonly Observation[],
  scale: Scale,
  words: { readonly none: string; readonly found: string; readonly cure: string },
): LineFinding {
  const grade = worst(some.map((each) => scale[each.severity]));
  const against = some.filter((each) => scale[each.severity] === grade && grade !== 'A');
  const next = against.find((each) => each.cure !== undefined)?.cure ?? words.cure;
  return asFarAsRead(
    {
      grade,
      statement: against.length === 0 ? words.none : `${against.length} ${words.found}`,
      evidence: shown(against.map(observationInWords)),
      ...(against.length > 0 && { next }),
    },
    situation,
    'files',
  );
}
