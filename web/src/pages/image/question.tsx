import type { ReactNode } from 'react';
import type { Tone } from '../../model/standing.ts';
import { Command } from '../../parts/copy.tsx';
import { Glyph, Icon } from '../../parts/marks.tsx';

/** One row that proves an answer, with where it comes from. */
export interface Evidence {
  readonly tone: Tone;
  readonly key: string;
  readonly value: ReactNode;
  readonly source: ReactNode;
}

const toneNames: Readonly<Record<Tone, string>> = {
  ok: 'Yes',
  warn: 'Caution',
  bad: 'No',
  unknown: 'Unknown',
  none: 'Note',
  tamper: 'Tampered',
  expired: 'Expired',
};

/** A question of the report: its answer in a sentence, the rows that prove it, the command that checks it. */
export function Question({
  ask,
  tone,
  answer,
  evidence,
  check,
}: {
  ask: string;
  tone: Tone;
  answer: string;
  evidence: readonly Evidence[];
  check?: string;
}) {
  return (
    <details className="q" open>
      <summary>
        <span className="no" aria-hidden="true">
          ?
        </span>
        <span className="ask">{ask}</span>
        <span className="ans">
          <Glyph tone={tone} label={toneNames[tone]} />
          <span>{answer}</span>
        </span>
        <Icon name="chev" className="chev" />
      </summary>
      <ul className="ev">
        {evidence.map((row) => (
          <li key={row.key}>
            <Glyph tone={row.tone} label={toneNames[row.tone]} />
            <span className="k">{row.key}</span>
            <span className="val">{row.value}</span>
            <span className="src">{row.source}</span>
          </li>
        ))}
        {check && (
          <li className="self">
            Check it yourself <Command line={check} />
          </li>
        )}
      </ul>
    </details>
  );
}
