import { counted } from './format.ts';
import { type AnyFinding, type Observation, severities } from './severity.ts';

export type ObservationKind = Observation['kind'];

/** Kinds in the order in which a person wants to hear of them. */
export const kinds: readonly ObservationKind[] = ['secret', 'malware', 'practice', 'licence', 'minimality'];

/** One rule with every place where it was seen. */
export interface RuleGroup {
  readonly key: string;
  readonly first: Observation;
  readonly places: readonly Observation[];
}

export function observationsOf(findings: readonly AnyFinding[]): Observation[] {
  return findings.filter((each) => each.kind !== 'vulnerability');
}

/** Observations of one kind by rule and severity, the worst first; licences stand each for themselves. */
export function groupByRule(observations: readonly Observation[], kind: ObservationKind): RuleGroup[] {
  const groups = Map.groupBy(
    observations.filter((each) => each.kind === kind),
    (each) => [each.id, each.severity, kind === 'licence' ? each.detail : ''].join('/'),
  );
  return [...groups]
    .map(([key, places]) => ({ key, first: places[0]!, places }))
    .sort((a, b) => severities.indexOf(a.first.severity) - severities.indexOf(b.first.severity));
}

/** `app/.env, line 3`; `step 4 of the history`; `variable TOKEN`. */
export function placeInWords({ place, path, line }: Observation): string {
  switch (place) {
    case 'file':
      return `${path ?? ''}${line === undefined ? '' : `, line ${line}`}`;
    case 'history':
      return line === undefined ? 'the history' : `step ${line} of the history`;
    case 'environment':
      return `variable ${path ?? ''}`;
    case 'label':
      return `label ${path ?? ''}`;
    case 'configuration':
      return 'the configuration';
    case 'image':
      return 'the image';
  }
  return place satisfies never;
}

/** Secrets that differ, however often each was seen. */
export function distinctSecrets(observations: readonly Observation[]): number {
  const secrets = observations.filter((each) => each.kind === 'secret');
  return new Set(secrets.map((each) => each.fingerprint ?? `${each.id}${each.path}`)).size;
}

/** What a heading says of a kind. */
export function headingOf(kind: ObservationKind, observations: readonly Observation[]): string {
  const n = observations.filter((each) => each.kind === kind).length;
  switch (kind) {
    case 'secret':
      return counted(distinctSecrets(observations), 'secret');
    case 'malware':
      return `${counted(n, 'sign')} of malware`;
    case 'practice':
      return `${counted(groupByRule(observations, kind).length, 'practice')} to mend`;
    case 'licence':
      return `${counted(n, 'licence')} to know of`;
    case 'minimality':
      return `${counted(groupByRule(observations, kind).length, 'thing')} that could be left out`;
  }
  return kind satisfies never;
}
