import { shares } from '../src/policy/health/card.ts';
import { grades } from '../src/policy/health/line.ts';
import { healthLines } from '../src/policy/health/lines/all.ts';
import { page, tableOf } from './page.ts';

/** docs/reference/health.md: every line of the card with its weight and what each grade means. */
export function healthPage(): string {
  const rows = healthLines.map((each) => [
    `\`${each.id}\``,
    each.title,
    String(each.weight),
    each.essential ? 'yes' : 'no',
  ]);
  return page(
    'Health card',
    'Each line gives a grade from A to F, or `-` where it could not be judged. The grade of an image is the worst grade of the lines that count. The score is the sum of each line’s weight times the share of its grade, divided by the sum of the weights of the lines that count, from 0 to 100. What is not known gives no points, and while an essential line is not known the image has no grade, unless it is an F already. What there is nothing to judge of, and what a profile switches off, does not count either way. An index has the card of its worst image.',
    tableOf(
      ['grade', ...grades],
      [['share of the weight', ...grades.map((each) => `${Math.round(shares[each] * 100)} %`)]],
    ),
    tableOf(['line', 'what', 'weight', 'essential'], rows),
    '## What each grade means',
    ...healthLines.map((each) =>
      [
        `### ${each.title}`,
        tableOf(
          ['grade', `\`${each.id}\``],
          grades.flatMap((grade) => (each.means[grade] === undefined ? [] : [[grade, each.means[grade]]])),
        ),
      ].join('\n\n'),
    ),
    'An image that was not read as a whole is at best a C in what its files show and in its vulnerabilities. Packages that no feed speaks of hold the two lines of vulnerabilities at a B (up to a tenth of the packages) or a C (more). Advisories that nobody confirmed for more than 7 days hold them at a C; for more than 30 days they are not known any more.',
    '## Profiles',
    'An organisation may weigh the lines otherwise, switch lines off and say which grade is good enough. Its profile counts before that of the house.',
    '```yaml\norganisation: shop\nminimum: B\nlines:\n  licences: off\n  signatures: 30\n```',
  );
}
