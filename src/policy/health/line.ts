import type { Facts, Root } from '../facts.ts';

/** From best to worst. */
export const grades = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
export type Grade = (typeof grades)[number];

/** What a line is judged from. */
export interface HealthSituation {
  readonly facts: Facts;
  /** The name that it was asked for by; absent when it was asked for by digest. */
  readonly tag: string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
}

/** What a line says of one image. Without a grade it was not judged, which is never drawn as good. */
export interface LineFinding {
  readonly grade: Grade | undefined;
  /** True when there is nothing to judge here: the line then counts neither way. */
  readonly notApplicable?: true;
  readonly statement: string;
  readonly evidence: readonly string[];
  /** What to do for a better grade. */
  readonly next?: string | undefined;
}

/** One line of the health card, a pure function of the facts. */
export interface HealthLine {
  readonly id: string;
  readonly title: string;
  /** Share of the score where a profile says nothing else; those of all lines add up to 100. */
  readonly weight: number;
  /** True when an image is not graded at all while this is not known. */
  readonly essential: boolean;
  /** What must be known of the image. */
  readonly needs: readonly Root[];
  /** What each grade means; grades that are left out are not given by this line. */
  readonly means: Readonly<Partial<Record<Grade, string>>>;
  judge(situation: HealthSituation): LineFinding;
  /** Instants at which time alone may change the grade, in milliseconds since 1970 UTC. */
  turnsAt?(situation: HealthSituation): readonly number[];
}

/** True when `a` is worse than `b`. */
export function worse(a: Grade, b: Grade): boolean {
  return grades.indexOf(a) > grades.indexOf(b);
}

/** The worst of these; A when there is none. */
export function worst(some: readonly Grade[]): Grade {
  return some.reduce<Grade>((found, each) => (worse(each, found) ? each : found), 'A');
}

/** The grade one step better. */
export function better(grade: Grade): Grade | undefined {
  return grades[grades.indexOf(grade) - 1];
}

export const DAY_MS = 86_400_000;
