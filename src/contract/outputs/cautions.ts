import { gapInWords, gapsOf } from '../coverage.ts';
import type { Report } from '../report.ts';
import { supportInWords } from './finding-text.ts';

/** What a reader must know before believing the rest of a report. */
export interface Caution {
  readonly kind: 'end-of-life' | 'incomplete' | 'unknown' | 'lapsed';
  /** File, layer or rule that it is about. */
  readonly about: string;
  readonly text: string;
  /** Something is missing from the report, or nobody mends what is found: to be said loudly. */
  readonly loud: boolean;
}

/** Every caution of a report, in the order of their weight; one list, so that no output leaves one out. Pure. */
export function cautionsOf(report: Report): Caution[] {
  const support = supportInWords(report);
  const cautions: Caution[] = [];
  if (support !== undefined)
    cautions.push({
      kind: 'end-of-life',
      about: report.distribution?.name ?? 'distribution',
      text: support,
      loud: report.distribution?.support === 'ended',
    });
  for (const { path, layer, detail } of report.incomplete)
    cautions.push({ kind: 'incomplete', about: path ?? layer ?? 'image', text: detail, loud: true });
  for (const each of gapsOf(report))
    cautions.push({ kind: 'unknown', about: each.of, text: gapInWords(each), loud: false });
  for (const { id, source, expiredAt } of report.lapsed ?? [])
    cautions.push({
      kind: 'lapsed',
      about: id,
      text: `ignored by ${source} until ${expiredAt}; it counts again`,
      loud: true,
    });
  return cautions;
}

/** `incomplete: usr/lib/x.jar: a damaged archive`; the end of life in its own words. */
export function cautionInWords({ kind, about, text }: Caution): string {
  if (kind === 'end-of-life') return text;
  if (kind === 'unknown') return `unknown: ${text}`;
  return `${kind === 'lapsed' ? 'no longer ignored' : kind}: ${about}: ${text}`;
}
