import { isKnown, isRunning, shortStanding } from '../model/standing.ts';
import { type Judgement, noCounts, total } from '../model/severity.ts';
import { Glyph, SeverityBar, SeverityCounts } from './marks.tsx';
import { Scrape } from './states.tsx';

/** What was found, as a bar; an unfinished or undecided analysis says so in words, never as an empty bar. */
export function FindingsBar({ judgement }: { judgement: Judgement | undefined }) {
  if (!judgement) return <span className="q3">no tags</span>;
  if (isRunning(judgement))
    return (
      <span className="running">
        <Scrape done={0} all={1} label={shortStanding(judgement)} />
      </span>
    );
  if (isKnown(judgement) && total(judgement.counts ?? noCounts) > 0)
    return <SeverityBar counts={judgement.counts ?? noCounts} fixable={judgement.fixable} />;
  return null;
}

export function FindingsCounts({ judgement }: { judgement: Judgement | undefined }) {
  if (!judgement) return null;
  if (isKnown(judgement) && total(judgement.counts ?? noCounts) > 0)
    return <SeverityCounts counts={judgement.counts ?? noCounts} />;
  if (isRunning(judgement)) return <span className="q3">{shortStanding(judgement)}</span>;
  const clean = isKnown(judgement) && judgement.unjudged === 0 && judgement.state === 'complete';
  return (
    <span className={`v ${clean ? 'ok' : judgement.state === 'not-applicable' ? 'none' : 'unknown'} light`}>
      <Glyph tone={clean ? 'ok' : judgement.state === 'not-applicable' ? 'none' : 'unknown'} />
      {shortStanding(judgement)}
    </span>
  );
}

export function FixableCount({ judgement }: { judgement: Judgement | undefined }) {
  if (!judgement || !isKnown(judgement)) return null;
  return <>{total(judgement.fixable ?? noCounts).toLocaleString('en')}</>;
}
