import { count, counted } from './format.ts';
import { type Counts, type Image, inWords, type Judgement, noCounts, total } from './severity.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'unknown' | 'none' | 'tamper' | 'expired';

export interface Standing {
  readonly tone: Tone;
  /** The answer in one sentence. */
  readonly answer: string;
  /** Why, and what to do next. */
  readonly reason: string;
}

export function isRunning(judgement: Judgement): boolean {
  return judgement.state === 'waiting' || judgement.state === 'running';
}

/** Whether the numbers of a judgement may be shown as an answer; else it is unknown, never zero. */
export function isKnown(judgement: Judgement): boolean {
  if (judgement.counts === undefined) return false;
  if (judgement.state !== 'complete' && judgement.state !== 'incomplete') return false;
  return total(judgement.counts) > 0 || (judgement.packages ?? 0) > (judgement.unjudged ?? 0);
}

/** A word or two for a row of a table. */
export function shortStanding(judgement: Judgement): string {
  switch (judgement.state) {
    case 'waiting':
      return 'waiting for analysis';
    case 'running':
      return 'analysing';
    case 'failed':
      return 'analysis failed';
    case 'not-applicable':
      return 'not analysed';
    case 'complete':
    case 'incomplete':
      if (!isKnown(judgement))
        return (judgement.packages ?? 0) === 0 ? 'unknown: no packages read' : 'unknown: no advisories';
      return total(judgement.counts ?? noCounts) === 0 ? 'none found' : '';
    default:
      return judgement.state satisfies never;
  }
}

/** What the image page says first. */
export function standingOf(image: Image): Standing {
  const { judgement } = image;
  const packages = judgement.packages ?? 0;
  const unjudged = judgement.unjudged ?? 0;
  if (judgement.state === 'waiting')
    return {
      tone: 'unknown',
      answer: 'Not analysed yet',
      reason: 'The analysis waits for its turn. What is inside is unknown until then.',
    };
  if (judgement.state === 'running')
    return {
      tone: 'unknown',
      answer: 'Being analysed',
      reason: 'What is inside is unknown until every layer is read.',
    };
  if (judgement.state === 'failed')
    return {
      tone: 'unknown',
      answer: 'Could not be analysed',
      reason: judgement.detail ?? 'The analysis stopped; the server’s log names the reason.',
    };
  if (judgement.state === 'not-applicable' && image.kind === 'image')
    return {
      tone: 'unknown',
      answer: 'Not analysed',
      reason: 'No analysis of it is stored and none is waiting, so nothing is known of what is inside.',
    };
  if (judgement.state === 'not-applicable')
    return {
      tone: 'none',
      answer: 'Not a container image',
      reason: 'An artifact is stored and served as it is; there are no packages to look for.',
    };
  if (packages === 0)
    return {
      tone: 'unknown',
      answer: 'Could not decide: no packages were found',
      reason:
        'No package database and no lock file that Assay reads is in this image, so nothing is known of its vulnerabilities.',
    };
  if (!isKnown(judgement))
    return {
      tone: 'unknown',
      answer: `Could not decide: no advisories for its ${counted(packages, 'package')}`,
      reason: `${image.distribution ? `${image.distribution.name || image.distribution.id} is not in any imported feed.` : 'No imported feed speaks of these packages.'} Findings are unknown, not zero.`,
    };
  const counts = judgement.counts ?? noCounts;
  const fixable = total(judgement.fixable ?? noCounts);
  const found = total(counts);
  const rest = unjudged > 0 ? ` No feed speaks of ${count(unjudged)} of ${counted(packages, 'package')}.` : '';
  const partly = judgement.state === 'incomplete' ? ' Parts of the image could not be read.' : '';
  if (found === 0)
    return {
      tone: unjudged > 0 || partly ? 'unknown' : 'ok',
      answer: `No known vulnerability in ${counted(packages - unjudged, 'judged package')}`,
      reason: `${rest}${partly}`.trim() || 'Every package was compared with the imported advisories.',
    };
  return {
    tone: (judgement.fixable?.critical ?? 0) + (judgement.fixable?.high ?? 0) > 0 ? 'bad' : 'warn',
    answer: `${counted(packages, 'package')}, ${counted(found, 'finding')}, ${fixable === 0 ? 'none with a fix yet' : `${count(fixable)} fixable`}`,
    reason: `${urgencyInWords(counts, judgement.fixable ?? noCounts)}${rest}${partly}`,
  };
}

function urgencyInWords(counts: Counts, fixable: Counts): string {
  const urgent = counts.critical + counts.high;
  const unrated = counts.unknown > 0 ? ` ${count(counts.unknown)} without a severity: the feed names none.` : '';
  if (urgent === 0)
    return counts.unknown === total(counts) ? unrated.trim() : `None is rated critical or high.${unrated}`;
  const now = fixable.critical + fixable.high;
  const rated = inWords({ ...noCounts, critical: counts.critical, high: counts.high }).replace(', ', ' and ');
  const cure =
    now === 0 ? 'no fix is named yet' : now === urgent ? 'a fix exists' : `${count(now)} of them can be fixed now`;
  return `${rated}; ${now === urgent && urgent > 1 ? 'fixes exist for all' : cure}.${unrated}`;
}
