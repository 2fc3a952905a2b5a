import { doorOf, gateNames, shutDoors, type Verdict, worstOf } from '../../model/verdict.ts';
import { Glyph } from '../../parts/marks.tsx';
import { Link, withQuery } from '../../shell/router.tsx';

/** What the policies say of the image: the worst reason aloud, then each gate. */
export function Doors({ verdicts }: { verdicts: readonly Verdict[] }) {
  const worst = worstOf(verdicts);
  const governed = verdicts.some((each) => each.results.length > 0);
  if (!governed)
    return (
      <p className="q2 gap-bottom">
        No policy rules here: every gate is open. <Link href="/policies">Write one</Link>
      </p>
    );
  return (
    <>
      {worst && (
        <section className={`banner ${worst.result.gap === 'pending' ? 'unknown' : 'bad'}`} aria-label="Verdict">
          <Glyph tone={worst.result.gap === 'pending' ? 'unknown' : 'bad'} />
          <strong>{`Refused at ${shutDoors(verdicts)}`}</strong>
          <p>
            {`${worst.result.policy}, ${worst.result.rule}: ${worst.result.statement}`}
            {worst.result.evidence[0] !== undefined && ` (${worst.result.evidence[0]})`}
            {worst.result.cure !== '' && `. To clear it: ${worst.result.cure}`}
          </p>
          <div className="act">
            <Link className="btn" href={withQuery({ tab: 'policy' })}>
              See every rule
            </Link>
          </div>
        </section>
      )}
      <ul className="doors gap-bottom" aria-label="Verdict at each gate">
        {verdicts.map(doorOf).map((door) => (
          <li key={door.gate} className={door.shut ? 'shut' : ''}>
            <Glyph tone={door.tone} label={door.label} />
            <b>
              <Link href={withQuery({ tab: 'policy', gate: door.gate })}>{gateNames[door.gate]}</Link>
            </b>
            <p>{door.words}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
