import { useResource } from '../../api/resource.ts';
import { cardReason, gradeClass, type Health, type HealthLine, shownLines, wayUp } from '../../model/health.ts';
import { sentence } from '../../model/format.ts';
import { Command } from '../../parts/copy.tsx';
import { Punch } from '../../parts/grade.tsx';
import { Failed } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { useMe } from '../../shell/session.tsx';

function Line({ line, capping }: { line: HealthLine; capping: boolean }) {
  return (
    <li className={`${gradeClass(line.grade)} ${capping ? 'cap' : ''}`}>
      <Punch grade={line.grade} />
      <details>
        <summary>
          {line.title}
          <span className="q3">{line.statement}</span>
        </summary>
        {line.evidence.length > 0 && (
          <ul className="proof">
            {line.evidence.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        )}
        {line.next && <p className="q2">{sentence(line.next.step)}</p>}
        <p className="q3">
          {line.state === 'not-applicable' ? 'does not count here' : `${line.points} of ${line.weight} points`}
        </p>
      </details>
    </li>
  );
}

function WayUp({ health }: { health: Health }) {
  const steps = wayUp(health);
  if (steps.length === 0) return null;
  return (
    <div className="way">
      <h3>{health.grade === undefined ? 'What is missing for a grade' : 'The way to the next grade'}</h3>
      <ol>
        {steps.map(({ line, step }) => (
          <li key={line.id}>
            <span className="step">
              <Punch grade={line.grade} />
              <Punch grade={line.next?.grade} />
            </span>
            <div>
              {sentence(step)}
              <p>{line.title}</p>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The health card of an image: its grade, the lines behind it, and how to the next one. */
export function HealthCard({
  repository,
  reference,
  platform,
}: {
  repository: string;
  reference: string;
  platform: string | undefined;
}) {
  const me = useMe();
  const health = useResource(
    'getHealth',
    { params: { repository, reference }, query: { ...(platform !== undefined && { platform }) } },
    (data) => (data.state === 'unknown' ? 3000 : 30_000),
  );
  if (!health.data)
    return health.error ? (
      <Failed what="The health card could not be drawn." error={health.error} retry={health.reload} />
    ) : (
      <section className="hc bones" aria-busy="true" aria-label="Loading the health card" />
    );
  const { grade, score, state, lines, profile, goodEnough, judgedAt } = health.data;
  const name = `${me.registryHost}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
  return (
    <section className="hc gap-bottom" aria-labelledby="health-h">
      <header>
        <div className="grade-head">
          <Punch grade={grade} size="xl" />
          <p>
            <b id="health-h">Health card{grade && ` ${grade}`}</b>
            {state !== 'not-applicable' && `${score} of 100. `}
            {cardReason(health.data)}
          </p>
        </div>
        {profile.minimum !== undefined && (
          <p className="q2">
            {goodEnough === undefined
              ? `At least ${profile.minimum} is asked for here.`
              : goodEnough
                ? `Good enough: at least ${profile.minimum} is asked for here.`
                : `Not good enough: at least ${profile.minimum} is asked for here.`}
          </p>
        )}
      </header>
      <ul className="lines">
        {shownLines({ lines }).map((line) => (
          <Line key={line.id} line={line} capping={line.state === 'judged' && line.grade === grade && grade !== 'A'} />
        ))}
      </ul>
      <WayUp health={health.data} />
      <div className="pad-x line-top">
        <p className="q3">
          drawn <Time at={judgedAt} />
        </p>
        <Command line={`assay health ${name}`} />
      </div>
    </section>
  );
}
