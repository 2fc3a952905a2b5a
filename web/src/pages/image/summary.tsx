import type { Resource } from '../../api/resource.ts';
import { counted, size } from '../../model/format.ts';
import { risksOf } from '../../model/risks.ts';
import { noCounts, type Report, total } from '../../model/severity.ts';
import { isKnown, isRunning, standingOf } from '../../model/standing.ts';
import { platformName } from '../../model/platforms.ts';
import { Glyph, SeverityBar } from '../../parts/marks.tsx';
import { Scrape } from '../../parts/states.tsx';
import type { ImageTrust } from '../../model/trust.ts';
import type { Verdict } from '../../model/verdict.ts';
import { Time } from '../../parts/time.tsx';
import { Link, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import { Doors } from './doors.tsx';
import { insideAnswer, insideEvidence, movesEvidence } from './evidence.tsx';
import { HealthCard } from './health-card.tsx';
import type { Image } from './image.tsx';
import { Layers } from './layers.tsx';
import { Question } from './question.tsx';
import { refusedByTrust, TrustQuestions } from './trust-questions.tsx';

/** While layers are being read: how far, in words. */
function Progress({ image }: { image: Image }) {
  const { progress, judgement } = image;
  const words =
    judgement.state === 'waiting'
      ? 'waits for its turn'
      : progress
        ? `${progress.done} of ${counted(progress.layers, 'layer')} read`
        : 'reading layers';
  return (
    <div className="progress" role="status">
      <span>
        <b>Analysing</b> <span className="q3">{words}</span>
      </span>
      <Scrape done={progress?.done ?? 0} all={progress?.layers ?? 1} label="Layers analysed" />
    </div>
  );
}

/** The report: the answer first, its evidence under it, the command that checks it beside it. */
export function Summary({
  top,
  image,
  report,
  trust,
  verdicts,
  named,
}: {
  top: Image;
  image: Image;
  report: Resource<Report | undefined>;
  trust: ImageTrust | undefined;
  verdicts: readonly Verdict[] | undefined;
  /** The tag or digest in the address. */
  named: string;
}) {
  const me = useMe();
  const refused = trust && refusedByTrust(trust);
  const standing = standingOf(image);
  const { judgement } = image;
  const moves = movesEvidence(top);
  const risks = risksOf(image);
  const reference = `${me.registryHost}/${image.repository}@${image.digest}`;
  const name = `${me.registryHost}/${image.repository}${named.includes(':') ? '@' : ':'}${named}`;
  return (
    <>
      {verdicts && <Doors verdicts={verdicts} />}
      {refused && (
        <section className={`banner gap-bottom ${refused.tone}`} aria-label="Who signed it">
          <Glyph tone={refused.tone} />
          <strong>{refused.answer}</strong>
          <p>{refused.reason}</p>
          <div className="act">
            <Link className="btn" href={withQuery({ tab: 'trust' })}>
              See who signed what
            </Link>
          </div>
        </section>
      )}
      <section
        className={`banner ${refused || standing.tone === 'none' ? '' : standing.tone}`}
        aria-label="What was found"
      >
        <Glyph tone={standing.tone} />
        <strong>{standing.answer}</strong>
        <p>{standing.reason}</p>
        {isKnown(judgement) && total(judgement.counts ?? noCounts) > 0 && (
          <div className="act">
            <Link className="btn" href={withQuery({ tab: 'findings' })}>
              See findings
            </Link>
          </div>
        )}
      </section>
      {isRunning(judgement) && <Progress image={image} />}
      <div className="image-wide gap-top">
        <div className="report">
          <aside className="cardcol">
            {image.kind === 'image' && (
              <HealthCard
                repository={image.repository}
                reference={named}
                platform={image.platform && platformName(image.platform)}
              />
            )}
            <section className="hc" aria-labelledby="card-h">
              <header>
                <p>
                  <b id="card-h">This image</b>
                  {judgement.judgedAt ? (
                    <>
                      judged <Time at={judgement.judgedAt} />
                    </>
                  ) : (
                    'not judged yet'
                  )}
                </p>
                {isKnown(judgement) && total(judgement.counts ?? noCounts) > 0 && (
                  <SeverityBar counts={judgement.counts ?? noCounts} fixable={judgement.fixable} />
                )}
              </header>
              <dl className="kv card-kv">
                <dt>Platform</dt>
                <dd>{image.platform ? platformName(image.platform) : 'not named'}</dd>
                <dt>System</dt>
                <dd>
                  {image.distribution?.name ||
                    image.distribution?.id ||
                    (isRunning(judgement) ? 'not known yet' : 'unknown')}
                </dd>
                <dt>Size</dt>
                <dd>{size(image.size)} compressed</dd>
                <dt>Layers</dt>
                <dd>{image.layers?.filter((layer) => !layer.empty).length ?? 0}</dd>
                <dt>Pulled</dt>
                <dd>
                  {top.pulls.total + (top === image ? 0 : image.pulls.total) === 0
                    ? 'never'
                    : counted(top.pulls.total, 'time')}
                </dd>
                {image.createdAt && (
                  <>
                    <dt>Built</dt>
                    <dd>
                      <Time at={image.createdAt} />
                    </dd>
                  </>
                )}
              </dl>
            </section>
          </aside>
          <section className="qs" aria-label="Report">
            <TrustQuestions trust={trust} moves={moves} name={name} />
            {!isRunning(judgement) && (
              <Question
                ask="What is inside, and what is wrong with it?"
                tone={standing.tone}
                answer={insideAnswer(image, standing.answer)}
                evidence={insideEvidence(image, report.data)}
                check={`assay scan ${reference}`}
              />
            )}
            <Question
              ask="What could it do to my host?"
              tone={risks.tone}
              answer={risks.answer}
              evidence={risks.rows.map((row) => ({ ...row, source: 'configuration' }))}
            />
          </section>
        </div>
        <div className="layers">
          <Layers image={image} report={report.data} />
        </div>
      </div>
    </>
  );
}
