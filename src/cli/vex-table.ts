import type { z } from 'zod';
import type { statementShape } from '../contract/vex.ts';
import { printable, table, type Terminal } from './terminal.ts';

type Statement = z.infer<typeof statementShape>;

/** `CVE-2023-0464 not_affected (component_not_present) in pkg:deb/debian/libssl3@3: never called` */
export function statementInWords({ vulnerability, status, justification, packages, words }: Statement): string {
  const why = justification === undefined ? '' : ` (${justification})`;
  const where = packages.length === 0 ? 'in the whole image' : `in ${packages.join(', ')}`;
  return printable(`${vulnerability} ${status}${why} ${where}${words === undefined ? '' : `: ${words}`}`);
}

/** Statements as a person reads them, in the order given. */
export function printStatements(terminal: Terminal, items: readonly Statement[]): void {
  if (items.length === 0) {
    terminal.out('nothing was said of this image');
    return;
  }
  const rows = items.map(({ id, vulnerability, status, justification, words, author, statedAt, withdrawn }) => [
    vulnerability,
    status,
    withdrawn ? `withdrawn by ${withdrawn.by}, ${withdrawn.at.slice(0, 10)}` : 'in force',
    `${author}, ${statedAt.slice(0, 10)}`,
    [justification, words].filter(Boolean).join(': '),
    id,
  ]);
  terminal.out(
    table(
      terminal,
      ['VULNERABILITY', 'STATUS', 'STANDS', 'BY', 'WHY', 'ID'],
      rows.map((row) => row.map(printable)),
    ),
  );
}
