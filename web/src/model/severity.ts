import type { Api } from '../api/generated.ts';

export type Report = Api['getReport']['answer'];
export type AnyFinding = Report['findings'][number];
/** Vulnerabilities of packages. */
export type Finding = Extract<AnyFinding, { readonly kind: 'vulnerability' }>;
/** Secrets, malware, licences, practices, minimality. */
export type Observation = Exclude<AnyFinding, { readonly kind: 'vulnerability' }>;
export type Package = Report['packages'][number];
export type Image = Api['getImage']['answer'];
export type Judgement = Image['judgement'];
export type Severity = Finding['severity'];
export type Counts = NonNullable<Judgement['counts']>;

export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'];

export const noCounts: Counts = { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };

export function total(counts: Counts): number {
  return severities.reduce((sum, each) => sum + counts[each], 0);
}

export function countBy(items: readonly { readonly severity: Severity }[]): Counts {
  const counts: Record<Severity, number> = { ...noCounts };
  for (const { severity } of items) counts[severity] += 1;
  return counts;
}

export function worstOf(counts: Counts): Severity | undefined {
  return severities.find((each) => counts[each] > 0);
}

export interface Bar {
  readonly severity: Severity;
  readonly fixable: boolean;
  /** Width in pixels. */
  readonly width: number;
}

/** The parts of a severity bar: width grows with the square root of the count, at least three pixels. */
export function barOf(counts: Counts, fixable: Counts): Bar[] {
  return severities.flatMap((severity) =>
    [true, false].flatMap((fixed) => {
      const n = fixed ? fixable[severity] : counts[severity] - fixable[severity];
      return n > 0 ? [{ severity, fixable: fixed, width: Math.max(3, Math.round(3 * Math.sqrt(n))) }] : [];
    }),
  );
}

/** A short text for a count by severity: `2 critical, 9 high`. */
export function inWords(counts: Counts): string {
  return severities
    .filter((each) => counts[each] > 0)
    .map((each) => `${counts[each]} ${each === 'unknown' ? 'of unknown severity' : each}`)
    .join(', ');
}
