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
  | 'rule'
  | 'gate';

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
  tamper: 'v-tamper',
  expired: 'v-expired',
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

/** The letter of a severity in class names and shapes. */
export function severityLetter(severity: Severity): string {
  return letters[severity];
}

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

/** Counts by severity, four in fixed places so that rows compare; what has no severity is counted apart, never as zero. */
export function SeverityCounts({ counts }: { counts: Counts }) {
  const rest = (['negligible', 'unknown'] as const).filter((each) => counts[each] > 0);
  const rated = shown.some((each) => counts[each] > 0);
  return (
    <span className="counts">
      {(rated || rest.length === 0) && (
        <span className="svs">
          {shown.map((each) => (
            <Count key={each} severity={each} n={counts[each]} />
          ))}
        </span>
      )}
      {rest.map((each) => (
        <span key={each} className={`sv s-${letters[each]} apart`}>
          <SeverityShape severity={each} />
          {counts[each]} {rated ? '' : each === 'unknown' ? 'without a severity' : each}
          {rated && <span className="sr">{each === 'unknown' ? 'without a severity' : each}</span>}
        </span>
      ))}
    </span>
  );
}

function Count({ severity, n }: { severity: Severity; n: number }) {
  return (
    <span className={`sv s-${letters[severity]} ${n === 0 ? 'zero' : ''}`} title={`${n} ${severity}`}>
      <svg role="img" aria-label={severityName(severity)}>
        <use href={`#s-${letters[severity]}`} />
      </svg>
      {n}
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
