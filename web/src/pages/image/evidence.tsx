import { groupByCure, rowsOf } from '../../model/cures.ts';
import { count, counted } from '../../model/format.ts';
import { distinctSecrets, observationsOf } from '../../model/observations.ts';
import { noCounts, type Report, total } from '../../model/severity.ts';
import { isKnown, type Tone } from '../../model/standing.ts';
import { SeverityMark } from '../../parts/marks.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, withQuery } from '../../shell/router.tsx';
import type { Image } from './image.tsx';
import type { Evidence } from './question.tsx';

/** What is inside, and what is wrong with it. */
export function insideEvidence(image: Image, report: Report | undefined): Evidence[] {
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
  const observed = observationsOf(report?.findings ?? []);
  const secrets = distinctSecrets(observed);
  const malware = observed.filter((each) => each.kind === 'malware').length;
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
  if (malware > 0)
    evidence.push({
      tone: observed.some((each) => each.kind === 'malware' && /critical|high/.test(each.severity)) ? 'bad' : 'warn',
      key: 'Malware',
      value: (
        <Link href={withQuery({ tab: 'hygiene', kind: 'malware' })}>{counted(malware, 'sign')} of malicious files</Link>
      ),
      source: 'files of every layer',
    });
  if (secrets > 0)
    evidence.push({
      tone: 'bad',
      key: 'Secrets',
      value: (
        <Link href={withQuery({ tab: 'hygiene', kind: 'secret' })}>
          {counted(secrets, 'secret')} that everybody who pulls can read
        </Link>
      ),
      source: 'files of every layer, configuration, history',
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
export function insideAnswer(image: Image, answer: string): string {
  const { judgement, distribution } = image;
  if (!isKnown(judgement) || total(judgement.counts ?? noCounts) === 0) return answer;
  const system = distribution?.name || distribution?.id;
  return `${system ? `${system} with ${counted(judgement.packages ?? 0, 'package')}` : counted(judgement.packages ?? 0, 'package')}, ${counted(total(judgement.counts ?? noCounts), 'known vulnerability', 'known vulnerabilities')}`;
}

/** Whether the tags that name an image ever named another. */
export function movesEvidence(image: Image): { tone: Tone; answer: string; evidence: Evidence[] } {
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
