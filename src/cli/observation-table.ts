import { observationsOf, type Report, type ReportObservation } from '../contract/report.ts';
import { printable, table, type Terminal } from './terminal.ts';

const HEADINGS: Record<ReportObservation['kind'], string> = {
  secret: 'SECRETS',
  malware: 'MALWARE',
  licence: 'LICENCES',
  practice: 'PRACTICES',
  minimality: 'MINIMALITY',
};

/** One table a kind: each secret and malicious file a row, of the rest one row a rule. */
export function observationTables(terminal: Terminal, report: Report): string[] {
  return [...Map.groupBy(observationsOf(report), (each) => each.kind)].map(([kind, some]) => {
    const single = kind === 'secret' || kind === 'malware' || kind === 'licence';
    const groups = single ? some.map((each) => [each]) : grouped(some);
    const rows = groups.map(rowOf);
    return `\n${terminal.style('bold', HEADINGS[kind])}\n${table(terminal, ['SEVERITY', 'RULE', 'WHERE', 'WHAT'], rows)}`;
  });
}

function grouped(some: readonly ReportObservation[]): ReportObservation[][] {
  return [...Map.groupBy(some, (each) => `${each.id}\0${each.severity}`).values()];
}

function rowOf(some: readonly ReportObservation[]): string[] {
  const [first] = some;
  const where = `${placeOf(first!)}${some.length > 1 ? ` and ${some.length - 1} more` : ''}`;
  const what = [first!.title, some.length === 1 ? first!.detail : undefined].filter(Boolean).join(': ');
  return [first!.severity, first!.id, where, what].map(printable);
}

/** `etc/app.env:3`, `history 4`, `environment TOKEN`; what is only in a lower layer says so. */
export function placeOf({ place, path, line, removed }: ReportObservation): string {
  const spot =
    place === 'file'
      ? `${path ?? ''}${line === undefined ? '' : `:${line}`}`
      : [place, path, line].filter((each) => each !== undefined).join(' ');
  return removed ? `${spot} (deleted, still in its layer)` : spot;
}

/** `2 secrets, 1 malware`; nothing where there are none. */
export function observationsInWords(report: Report): string {
  const counts = Map.groupBy(observationsOf(report), (each) => each.kind);
  const words = (['secret', 'malware'] as const).flatMap((kind) => {
    const count = new Set(counts.get(kind)?.map((each) => each.fingerprint ?? `${each.id}${each.path}`)).size;
    return count === 0
      ? []
      : [kind === 'secret' ? `${count} ${count === 1 ? 'secret' : 'secrets'}` : `${count} malicious`];
  });
  return words.length > 0 ? ` · ${words.join(', ')}` : '';
}
