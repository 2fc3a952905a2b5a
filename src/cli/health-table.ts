import type { z } from 'zod';
import type { healthShape } from '../contract/health.ts';
import type { Grade } from '../policy/health/line.ts';
import { printable, type Terminal } from './terminal.ts';

type Card = z.output<typeof healthShape>;

const COLOURS: Readonly<Record<Grade, 'green' | 'yellow' | 'red'>> = {
  A: 'green',
  B: 'green',
  C: 'yellow',
  D: 'yellow',
  E: 'red',
  F: 'red',
};

/** One line: `C 74  shop/app:2  Practices and user C: runs as root`. */
export function healthInOneLine(card: Card): string {
  const name = `${card.repository}${card.tag === undefined ? `@${card.digest}` : `:${card.tag}`}`;
  const worst = card.lines.find((each) => each.grade !== undefined && each.grade === card.grade && card.grade !== 'A');
  const why = worst ? `  ${worst.title} ${worst.grade}: ${worst.statement}` : card.reason ? `  ${card.reason}` : '';
  return printable(`${card.grade ?? '-'} ${card.score}  ${name}${why}`);
}

/** The whole card, each line with its evidence and the way to the next grade. */
export function printHealth(terminal: Terminal, card: Card): void {
  const grade = (of: Grade | undefined) => (of ? terminal.style(COLOURS[of], of) : terminal.style('dim', '-'));
  terminal.out(
    `health ${grade(card.grade)}  score ${card.score} of 100${card.reason === undefined ? '' : `  ${printable(card.reason)}`}`,
  );
  const platform = card.image.platform === undefined ? '' : ` (${card.image.platform})`;
  if (card.images)
    terminal.out(`the worst of ${card.images.length} images: ${card.image.digest}${printable(platform)}`);
  const width = Math.max(...card.lines.map((each) => each.title.length));
  for (const each of card.lines) {
    if (each.state === 'off') continue;
    const points = each.state === 'not-applicable' ? 'does not count' : `${each.points} of ${each.weight}`;
    terminal.out(
      `${grade(each.grade)}  ${each.title.padEnd(width)}  ${points.padStart(14)}  ${printable(each.statement)}`,
    );
    for (const proof of each.evidence)
      terminal.out(`   ${' '.repeat(width)}  ${' '.repeat(14)}  - ${printable(proof)}`);
    if (each.next)
      terminal.out(
        `   ${' '.repeat(width)}  ${' '.repeat(14)}  ${each.next.grade === undefined ? 'to mend' : `for ${each.next.grade}`}: ${printable(each.next.step)}`,
      );
  }
  const { minimum } = card.profile;
  if (minimum !== undefined && card.goodEnough !== undefined)
    terminal.out(card.goodEnough ? `good enough: ${minimum} is asked for` : `not good enough: ${minimum} is asked for`);
}
