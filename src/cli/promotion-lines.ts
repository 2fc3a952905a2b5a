import type { z } from 'zod';
import type { getPromotion } from '../contract/channels.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal.ts';

export type ShownPromotion = z.output<typeof getPromotion.answer>;

/** A request for a person: what is asked, how it stands, and each thing that it needs. */
export function tellPromotion(terminal: Terminal, found: ShownPromotion): void {
  const { from, to, digest, state } = found;
  const said = {
    open: `waits: ${from.repository}:${from.tag} to ${to.repository}:${to.tag}`,
    promoted: `promoted: ${to.repository}:${to.tag} is ${digest}`,
    rejected: `rejected by ${found.settledBy ?? ''}`,
    expired: 'expired',
    void: 'void',
  }[state];
  terminal.out(printable(`request ${found.id}  ${said}`));
  if (found.note !== '') terminal.out(printable(`  ${found.note}`));
  if (state === 'open') terminal.out(printable(`  ${digest}, asked for by ${found.askedBy}: ${found.reason}`));
  for (const { met, detail } of found.evidence?.requirements ?? found.requirements)
    terminal.out(printable(`  ${met ? '✓' : '·'} ${detail}`));
  if (found.previous !== undefined) terminal.out(printable(`  before it ${found.previous}`));
  if (found.rolledBackBy !== undefined) terminal.out(printable(`  rolled back by ${found.rolledBackBy}`));
}
