import type { ReactNode } from 'react';
import type { Resource } from '../../api/resource.ts';
import { count, counted, size } from '../../model/format.ts';
import { risksOf } from '../../model/risks.ts';
import { noCounts, type Report, total } from '../../model/severity.ts';
import { isKnown, isRunning, standingOf, type Tone } from '../../model/standing.ts';
import { groupByCure, rowsOf } from '../../model/cures.ts';
import { platformName } from '../../model/platforms.ts';
import { Command } from '../../parts/copy.tsx';
import { Glyph, Icon, SeverityBar, SeverityMark } from '../../parts/marks.tsx';
import { Scrape } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, withQuery } from '../../shell/router.tsx';
import { useMe } from '../../shell/session.tsx';
import type { Image } from './image.tsx';
import { Layers } from './layers.tsx';

interface Evidence {
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
};

function Question({
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

function insideEvidence(image: Image, report: Report | undefined): Evidence[] {
  const { judgement } = image;
  const rows = report ? rowsOf(report.findings) : [];
  const exploited = rows.filter((row) => row.finding.exploited);
  const cures = groupByCure(rows).filter((cure) => cure.fixable);
  const fixable = total(judgement.fixable ?? noCounts);
  const feeds = report?.advisories.feeds ?? [];
  const newest = feeds
    .map((feed) => feed.importedAt)
    .sort()
    .at(-1);
  const evidence: Evidence[] = [];
  if (exploited.length > 0)
    evidence.push({
      tone: 'bad',
      key: 'Exploited',
      value: exploited.map((row) => (
        <Link key={row.key} href={withQuery({ tab: 'findings', finding: row.key })}>
          {row.id}{' '}
        </Link>
      )),
      source: 'advisories',
    });
  if (isKnown(judgement)) {
    evidence.push({
      tone: fixable > 0 ? 'bad' : 'ok',
      key: 'Fixable',
      value:
        fixable > 0 ? (
          <>
            {count(fixable)} of {counted(total(judgement.counts ?? noCounts), 'finding')};{' '}
            <Link href={withQuery({ tab: 'findings', fixable: '1' })}>
              {cures.length === 1 ? 'one change clears them' : `${cures.length} changes clear them`}
            </Link>
          </>
        ) : (
          'nothing that a named version would clear'
        ),
      source: newest ? <Time at={newest} /> : '',
    });
    const worst = rows.filter((row) => row.severity !== 'unknown').slice(0, 3);
    if (worst.length > 0)
      evidence.push({
        tone: 'none',
        key: 'Worst',
        value: worst.map((row) => (
          <span key={row.key} className="worst">
            <SeverityMark severity={row.severity} />{' '}
            <Link href={withQuery({ tab: 'findings', finding: row.key })}>{row.id}</Link>{' '}
            <code>{row.finding.evidence.judgedName}</code>
          </span>
        )),
        source: feeds.map((feed) => feed.feed).join(', '),
      });
  }
  const unjudged = judgement.unjudged ?? 0;
  evidence.push({
    tone: (judgement.packages ?? 0) === 0 || unjudged > 0 ? 'unknown' : 'ok',
    key: 'Packages',
    value:
      unjudged > 0
        ? `${count(unjudged)} of ${counted(judgement.packages ?? 0, 'package')} unknown to every imported feed`
        : counted(judgement.packages ?? 0, 'package') +
          (image.distribution ? `, ${image.distribution.name || image.distribution.id}` : ''),
    source: image.distribution ? `${image.distribution.id} ${image.distribution.version}` : 'no distribution named',
  });
  for (const part of report?.incomplete ?? [])
    evidence.push({
      tone: 'unknown',
      key: 'Not read',
      value: `${part.path ? `${part.path}: ` : ''}${part.detail}`,
      source: part.code,
    });
  return evidence;
}

/** The banner says the numbers; the question says what they are numbers of. */
function insideAnswer(image: Image, answer: string): string {
  const { judgement, distribution } = image;
  if (!isKnown(judgement) || total(judgement.counts ?? noCounts) === 0) return answer;
  const system = distribution?.name || distribution?.id;
  return `${system ? `${system} with ${counted(judgement.packages ?? 0, 'package')}` : counted(judgement.packages ?? 0, 'package')}, ${counted(total(judgement.counts ?? noCounts), 'known vulnerability', 'known vulnerabilities')}`;
}

function movesEvidence(image: Image): { tone: Tone; answer: string; evidence: Evidence[] } {
  const moved = image.history.filter((each) => each.moves > 0);
  const answer =
    image.history.length === 0
      ? 'No tag names it; only its digest does'
      : moved.length === 0
        ? `Yes. No tag that names it was ever moved`
        : `${counted(moved.length, 'tag')} that ${moved.length === 1 ? 'names' : 'name'} it named something else before`;
  return {
    tone: moved.length > 0 ? 'warn' : image.history.length === 0 ? 'none' : 'ok',
    answer,
    evidence: [
      ...image.history.slice(0, 4).map(
        (each): Evidence => ({
          tone: each.moves > 0 ? 'warn' : 'ok',
          key: each.tag,
          value: (
            <>
              {each.moves === 0
                ? 'set once, never moved; '
                : each.moves === 1
                  ? 'moved once; '
                  : `moved ${each.moves} times; `}
              names this since <Time at={each.updatedAt} />
            </>
          ),
          source: <Link href={`/r/${image.repository}?tag=${encodeURIComponent(each.tag)}`}>tag history</Link>,
        }),
      ),
      {
        tone: 'ok',
        key: 'Bytes',
        value: 'every blob was hashed while it was stored, and matched its digest',
        source: 'push',
      },
    ],
  };
}

/** The report: the answer first, its evidence under it, the command that checks it beside it. */
export function Summary({ top, image, report }: { top: Image; image: Image; report: Resource<Report | undefined> }) {
  const me = useMe();
  const standing = standingOf(image);
  const { judgement } = image;
  const moves = movesEvidence(top);
  const risks = risksOf(image);
  const reference = `${me.registryHost}/${image.repository}@${image.digest}`;
  return (
    <>
      <section className={`banner ${standing.tone === 'none' ? '' : standing.tone}`} aria-label="What was found">
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
              ask="Is it the image everybody gets?"
              tone={moves.tone}
              answer={moves.answer}
              evidence={moves.evidence}
            />
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
