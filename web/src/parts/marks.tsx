import type { Tone } from '../model/standing.ts';
import { barOf, type Counts, noCounts, type Severity, total } from '../model/severity.ts';
import { counted } from '../model/format.ts';

export type IconName =
  | 'find'
  | 'repo'
  | 'bug'
  | 'key'
  | 'log'
  | 'team'
  | 'feed'
  | 'copy'
  | 'chev'
  | 'x'
  | 'menu'
  | 'theme'
  | 'plus'
  | 'rows'
  | 'done'
  | 'person'
  | 'rule';

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`i ${className}`} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

const toneShapes: Readonly<Record<Tone, string>> = {
  ok: 'v-ok',
  warn: 'v-warn',
  bad: 'v-no',
  unknown: 'v-unknown',
  none: 'v-none',
};

/** A verdict's shape; `label` names it where no word stands beside it. */
export function Glyph({ tone, label }: { tone: Tone; label?: string }) {
  return label ? (
    <svg className={`vg ${tone}`} role="img" aria-label={label}>
      <use href={`#${toneShapes[tone]}`} />
    </svg>
  ) : (
    <svg className={`vg ${tone}`} aria-hidden="true">
      <use href={`#${toneShapes[tone]}`} />
    </svg>
  );
}

const letters: Readonly<Record<Severity, string>> = {
  critical: 'c',
  high: 'h',
  medium: 'm',
  low: 'l',
  negligible: 'n',
  unknown: 'u',
};

export function severityName(severity: Severity): string {
  return severity === 'unknown' ? 'Unrated' : severity.charAt(0).toUpperCase() + severity.slice(1);
}

export function SeverityShape({ severity }: { severity: Severity }) {
  return (
    <svg aria-hidden="true">
      <use href={severity === 'unknown' ? '#v-unknown' : `#s-${letters[severity]}`} />
    </svg>
  );
}

/** A severity with its word. */
export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <span className={`sv s-${letters[severity]}`}>
      <SeverityShape severity={severity} />
      {severityName(severity)}
    </span>
  );
}

const shown: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** Counts by severity, four in fixed places so that rows compare; the rest is in the bar's label. */
export function SeverityCounts({ counts }: { counts: Counts }) {
  return (
    <span className="svs">
      {shown.map((each) => (
        <span
          key={each}
          className={`sv s-${letters[each]} ${counts[each] === 0 ? 'zero' : ''}`}
          title={`${counts[each]} ${each}`}
        >
          <svg role="img" aria-label={severityName(each)}>
            <use href={`#s-${letters[each]}`} />
          </svg>
          {counts[each]}
        </span>
      ))}
    </span>
  );
}

/** The stepped bar: solid parts have a fix, hatched parts have none. */
export function SeverityBar({ counts, fixable = noCounts }: { counts: Counts; fixable?: Counts | undefined }) {
  const bars = barOf(counts, fixable);
  return (
    <span className="sevbar" role="img" aria-label={`${counted(total(counts), 'finding')}, ${total(fixable)} fixable`}>
      {bars.map(({ severity, fixable: fixed, width }) => (
        <i key={`${severity}${fixed}`} className={`b${letters[severity]} ${fixed ? '' : 'open'}`} style={{ width }} />
      ))}
    </span>
  );
}
