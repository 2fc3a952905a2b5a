import { osvEcosystem } from '../content/advisories/osv-ecosystems.ts';
import {
  type CompareVersions,
  schemeAliases,
  versionOrders,
  versionScheme,
} from '../content/advisories/version-order.ts';
import { AssayError } from '../lib/error.ts';
import { argument } from './ask-server.ts';
import type { Command, ExitStatus } from './command.ts';
import { inputLines } from './input-lines.ts';
import { nearest } from '../lib/nearest.ts';
import { printable, type Terminal } from './terminal.ts';

export const command: Command = {
  description: `Compares two versions exactly as the matching of scans does. Any two texts have an order; what each scheme makes of one that is no version stands in the reference of advisories. Schemes: ${Object.keys(versionOrders).join(', ')}. Without versions, lines “A<TAB>B” are read from standard input and each is answered by “A<TAB>B<TAB>” and <, = or >; a line that is not two versions is answered with ? and makes the exit status 2.`,
  args: [
    {
      name: 'scheme',
      summary:
        'deb, rpm, apk, semver, pep440, maven …; also npm, pypi, go …, and ecosystems as OSV names them: Debian:12, crates.io',
    },
    { name: 'a', summary: 'a version', optional: true },
    { name: 'b', summary: 'the version it is held against', optional: true },
  ],
  examples: [
    ['assay advisories compare deb 1.0~rc1 1.0', 'prints 1.0~rc1 < 1.0'],
    ['assay advisories compare pep440 < pairs.tsv', 'one answer a line'],
  ],
  async run(invocation) {
    const { args, terminal } = invocation;
    const compare = orderOf(argument(invocation, 0));
    if (args.length === 1) return compareLines(compare, terminal, inputLines());
    if (args.length === 2) throw new AssayError('usage-invalid', 'name two versions, or none and give lines of two');
    const [, a, b] = args as readonly [string, string, string];
    terminal.out(`${printable(a)} ${sign(compare(a, b))} ${printable(b)}`);
    return 0;
  },
};

function orderOf(name: string): CompareVersions {
  const scheme = versionScheme(name) ?? osvEcosystem(name)?.scheme;
  if (scheme) return versionOrders[scheme];
  const known = Object.keys(versionOrders);
  const near = nearest(name.toLowerCase(), [...known, ...Object.keys(schemeAliases)]);
  throw new AssayError(
    'usage-invalid',
    `there is no version scheme ${name}${near ? `; did you mean ${near}?` : ''} (known: ${known.join(', ')})`,
  );
}

/** Answers every line; lines that hold something else than two versions are answered too. */
export async function compareLines(
  compare: CompareVersions,
  terminal: Terminal,
  lines: AsyncIterable<string>,
): Promise<ExitStatus> {
  let bad = 0;
  let number = 0;
  let answers: string[] = [];
  for await (const line of lines) {
    number++;
    const cells = line.split('\t');
    if (cells.length === 2) answers.push(`${line}\t${sign(compare(cells[0]!, cells[1]!))}`);
    else {
      bad++;
      answers.push(`${line}\t?`);
      if (bad <= 10) terminal.err(`line ${number}: ${cells.length} fields, not two versions with a tab between`);
    }
    if (answers.length === 1000) {
      terminal.out(answers.join('\n'));
      answers = [];
    }
  }
  if (answers.length > 0) terminal.out(answers.join('\n'));
  return bad === 0 ? 0 : 2;
}

function sign(order: number): '<' | '=' | '>' {
  return order < 0 ? '<' : order > 0 ? '>' : '=';
}
