import type { Answer } from '../api/client.ts';

export type Health = Answer<'getHealth'>;
export type HealthLine = Health['lines'][number];
export type Grade = NonNullable<Health['grade']>;

/** Class of a grade's colour; `gx` where there is none. */
export function gradeClass(grade: Grade | undefined): string {
  return `g${grade?.toLowerCase() ?? 'x'}`;
}

/** Lines in the order in which a card shows them: the worst first, what is not known before what is good. */
export function shownLines({ lines }: Pick<Health, 'lines'>): HealthLine[] {
  const rank = ({ state, grade }: HealthLine): number =>
    state === 'judged' ? 'FEDCBA'.indexOf(grade ?? 'A') : state === 'unknown' ? 2.5 : 9;
  return lines.filter(({ state }) => state !== 'off').toSorted((a, b) => rank(a) - rank(b));
}

/** Why the card says what it says, in a sentence. */
export function cardReason(health: Health): string {
  if (health.state === 'not-applicable') return 'Not an image: there is nothing to grade.';
  if (health.state === 'unknown') return `Not graded yet: ${health.reason ?? 'something essential is not known'}.`;
  const capping = health.lines.filter(({ state, grade }) => state === 'judged' && grade === health.grade);
  if (health.grade === 'A') return 'Every line that counts is an A.';
  return capping.length === 1
    ? `The lowest line sets the grade: ${capping[0]!.title.toLowerCase()}.`
    : `The lowest lines set the grade: ${capping.length} of them.`;
}

/** What leads to the next grade: the steps of every line that keeps the card where it is. */
export function wayUp({ grade, lines }: Health): { readonly line: HealthLine; readonly step: string }[] {
  return lines.flatMap((line) =>
    line.next && (line.state === 'unknown' || line.grade === grade) ? [{ line, step: line.next.step }] : [],
  );
}
