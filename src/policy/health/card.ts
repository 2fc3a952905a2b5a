import type { Facts, Gap } from '../facts.ts';
import { better, type Grade, grades, type HealthLine, type HealthSituation, type LineFinding, worse } from './line.ts';
import { healthLines } from './lines/all.ts';
import type { HealthProfile } from './profile.ts';

/** `unknown` was not judged and gets no points; `not-applicable` and `off` do not count. */
export const lineStates = ['judged', 'unknown', 'not-applicable', 'off'] as const;
export type LineState = (typeof lineStates)[number];

export interface CardLine {
  readonly id: string;
  readonly title: string;
  readonly state: LineState;
  /** Absent unless judged. */
  readonly grade: Grade | undefined;
  /** What it gives to the score, of at most `weight`. */
  readonly points: number;
  readonly weight: number;
  readonly statement: string;
  readonly evidence: readonly string[];
  /** The way to a better grade; absent at the best. */
  readonly next:
    | { readonly grade: Grade | undefined; readonly means: string | undefined; readonly step: string }
    | undefined;
}

/** The health of one image at one moment. */
export interface HealthCard {
  readonly state: 'judged' | 'unknown' | 'not-applicable';
  /** The worst grade of the lines that count; absent while something essential is not known. */
  readonly grade: Grade | undefined;
  /** The best that the grade can be once everything is known. */
  readonly atMost: Grade;
  /** 0 to 100, rounded: points of the lines that count by their weights; what is not known gives none. */
  readonly score: number;
  readonly lines: readonly CardLine[];
  /** Why there is no grade. */
  readonly gap: Gap | undefined;
  /** Milliseconds since 1970 UTC; the earliest instant at which time alone could change it. */
  readonly validUntil: number | undefined;
}

/** Share of a line's weight that each grade gives. */
export const shares: Readonly<Record<Grade, number>> = { A: 1, B: 0.8, C: 0.6, D: 0.4, E: 0.2, F: 0 };

/** The card of an image: every line by itself, the grade by the worst of them, the score by their weights. */
export function healthCard(situation: HealthSituation, profile: HealthProfile): HealthCard {
  const lines = healthLines.map((line) => cardLine(line, situation, profile));
  const counting = lines.filter(({ state }) => state === 'judged' || state === 'unknown');
  const total = counting.reduce((sum, each) => sum + each.weight, 0);
  const points = counting.reduce((sum, each) => sum + each.points, 0);
  const atMost = counting.reduce<Grade>((found, { grade }) => (grade && worse(grade, found) ? grade : found), 'A');
  const unknown = healthLines.find((line, at) => line.essential && lines[at]?.state === 'unknown');
  const artifact = situation.facts.gaps.image?.kind === 'not-applicable' || total === 0;
  // Nothing is worse than F: what is still unknown cannot change it.
  const settled = !artifact && (unknown === undefined || atMost === 'F');
  return {
    state: artifact ? 'not-applicable' : settled ? 'judged' : 'unknown',
    grade: settled ? atMost : undefined,
    atMost,
    score: total === 0 ? 0 : Math.round((100 * points) / total),
    lines,
    gap: settled ? undefined : gapOf(situation.facts, unknown, lines),
    validUntil: nextTurn(situation),
  };
}

function cardLine(line: HealthLine, situation: HealthSituation, { weights }: HealthProfile): CardLine {
  const weight = weights.get(line.id) ?? line.weight;
  const found = findingOf(line, situation);
  const state: LineState =
    weight === 0 ? 'off' : found.notApplicable ? 'not-applicable' : found.grade === undefined ? 'unknown' : 'judged';
  const grade = state === 'judged' ? found.grade : undefined;
  const { statement, evidence, next } = found;
  return {
    id: line.id,
    title: line.title,
    state,
    grade,
    points: grade === undefined ? 0 : Math.round(weight * shares[grade] * 10) / 10,
    weight,
    statement,
    evidence,
    next: next === undefined || state === 'off' ? undefined : { ...goal(line, grade), step: next },
  };
}

/** The next better grade that this line gives. */
function goal({ means }: HealthLine, grade: Grade | undefined) {
  for (let wanted = grade && better(grade); wanted !== undefined; wanted = better(wanted))
    if (means[wanted] !== undefined) return { grade: wanted, means: means[wanted] };
  return { grade: undefined, means: undefined };
}

function findingOf(line: HealthLine, situation: HealthSituation): LineFinding {
  for (const root of line.needs) {
    const gap = situation.facts.gaps[root];
    if (!gap) continue;
    const notApplicable = gap.kind === 'not-applicable' ? ({ notApplicable: true } as const) : {};
    return { grade: undefined, ...notApplicable, statement: gap.detail, evidence: [] };
  }
  return line.judge(situation);
}

function gapOf({ gaps }: Facts, unknown: HealthLine | undefined, lines: readonly CardLine[]): Gap {
  const known = unknown?.needs.map((root) => gaps[root]).find((gap) => gap !== undefined) ?? gaps.image;
  if (known) return known;
  const line = lines.find((each) => each.id === unknown?.id);
  return { kind: 'absent', detail: line ? `${line.title}: ${line.statement}` : 'nothing of the card counts here' };
}

function nextTurn(situation: HealthSituation): number | undefined {
  const turns = healthLines.flatMap((line) => line.turnsAt?.(situation) ?? []);
  const next = Math.min(...turns.filter((at) => at > situation.now));
  return Number.isFinite(next) ? next : undefined;
}

/** True when `a` says worse of an image than `b`: what has no grade is the worst, then the lower grade, then the score. */
export function isWorse(a: HealthCard, b: HealthCard): boolean {
  return rank(a) > rank(b) || (rank(a) === rank(b) && a.score < b.score);
}

function rank({ state, grade }: HealthCard): number {
  if (state === 'not-applicable') return -1;
  return grade === undefined ? grades.length - 1.5 : grades.indexOf(grade);
}
