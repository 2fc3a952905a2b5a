import type { z } from 'zod';
import type { verdictShape } from '../contract/policy.ts';
import { printable, type Terminal } from './terminal.ts';

type Verdict = z.output<typeof verdictShape>;
type Result = Verdict['results'][number];

const MARKS: Readonly<Record<Result['state'], string>> = {
  holds: 'holds',
  broken: 'broken',
  unknown: 'not known',
  error: 'error',
  'not-applicable': 'does not apply',
  'set-aside': 'set aside',
};

function styleOf({ state, mode }: Result): 'green' | 'red' | 'yellow' | 'dim' {
  if (state === 'holds') return 'green';
  if (state === 'not-applicable' || state === 'set-aside') return 'dim';
  return mode === 'enforce' ? 'red' : 'yellow';
}

/** Every rule that was asked with its expression, evidence and cure, refusals first. */
export function printVerdict(terminal: Terminal, verdict: Verdict): void {
  const refused = verdict.outcome === 'deny';
  const name = `${verdict.repository}${verdict.tag === undefined ? '' : `:${verdict.tag}`}@${verdict.digest}`;
  terminal.out(`${printable(name)} at the gate ${verdict.gate}`);
  if (verdict.results.length === 0) terminal.out('no policy speaks of it');
  for (const each of verdict.results) {
    const platform = each.platform === undefined ? '' : ` (${each.platform})`;
    terminal.out('');
    terminal.out(
      `${terminal.style(styleOf(each), MARKS[each.state])}  ${terminal.style('bold', `${each.policy}/${each.rule}`)}${printable(platform)}  ${each.mode}`,
    );
    terminal.out(`  ${printable(each.statement)}`);
    for (const proof of each.evidence) terminal.out(`  - ${printable(proof)}`);
    if (each.exception)
      terminal.out(
        `  set aside by ${printable(each.exception.owner)} until ${each.exception.expiresAt}: ${printable(each.exception.reason)}`,
      );
    if (each.cure !== '') terminal.out(`  cure: ${printable(each.cure)}`);
    terminal.out(`  ${terminal.style('dim', printable(each.expression))}`);
  }
  terminal.out('');
  terminal.out(`verdict: ${terminal.style(refused ? 'red' : 'green', refused ? printable(verdict.line) : 'allowed')}`);
  if (verdict.validUntil !== undefined) terminal.out(`good until ${verdict.validUntil}`);
  if (verdict.retryAfter !== undefined) terminal.out(`ask again in ${verdict.retryAfter} seconds`);
}
