import { AssayError } from '../../lib/error.ts';
import type { MalwareVerdict } from '../../ports/malware-scanner.ts';

/** Names under which clamd tells, with AlertExceedsMax, that it stopped at one of its limits. */
export const LIMITS = 'Heuristics.Limits.Exceeded';

/**
 * One answer within IDSESSION (clamd(8)): `ID: stream: OK`, `ID: stream: NAME FOUND`, `ID: … ERROR`. Throws
 * `remote-refused` for anything else and for the answer to another question.
 */
export function readAnswer(text: string, id: number): MalwareVerdict {
  const colon = text.indexOf(': ');
  if (colon < 1 || text.slice(0, colon) !== String(id)) throw notClamd(text);
  const said = text.slice(colon + 2);
  if (said === 'stream: OK') return { state: 'clean' };
  if (said.startsWith('stream: ') && said.endsWith(' FOUND')) {
    const signature = printable(said.slice('stream: '.length, -' FOUND'.length));
    if (signature === '') throw notClamd(text);
    return signature.startsWith(LIMITS)
      ? { state: 'unread', reason: `clamd stopped at its limit (${signature})` }
      : { state: 'found', signature };
  }
  if (said === 'INSTREAM size limit exceeded. ERROR')
    return { state: 'unread', reason: 'larger than clamd takes (its StreamMaxLength)' };
  if (said.endsWith(' ERROR')) return { state: 'unread', reason: `clamd answered: ${printable(said)}` };
  throw notClamd(text);
}

function notClamd(text: string): AssayError {
  return new AssayError('remote-refused', `clamd answered what is not understood: ${printable(text)}`);
}

function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '.');
}
