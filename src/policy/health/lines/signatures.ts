import { inWords } from '../../predicates/duration.ts';
import { shown } from '../../predicates/predicate.ts';
import type { SignatureFacts } from '../../facts.ts';
import { DAY_MS, type HealthLine, type HealthSituation, type LineFinding } from '../line.ts';

const FRESH_MS = 30 * DAY_MS;

/** Who vouches for it, and for how long yet. */
export const signatures: HealthLine = {
  id: 'signatures',
  title: 'Signatures',
  weight: 20,
  essential: true,
  needs: ['trust'],
  means: {
    A: 'signed under this name; good for more than 30 days',
    B: 'signed under this name; ends within 30 days',
    C: 'signed, but under another tag',
    D: 'not signed',
    E: 'what was signed has expired',
    F: 'signed as another image, or the trust data does not verify',
  },
  judge(situation) {
    const { facts, tag, now } = situation;
    const { trust, image } = facts;
    if (!trust || trust.state === 'missing') return unsigned(situation, `${image.repository} has no trust data`);
    if (trust.state === 'failed' || trust.state === 'expired')
      return {
        grade: trust.state === 'failed' ? 'F' : 'E',
        statement: trust.state === 'failed' ? 'the trust data does not verify' : 'the signatures have expired',
        evidence: trust.failure === undefined ? [] : [trust.failure],
        next: trust.state === 'failed' ? `look at it: assay trust status ${image.repository}` : signIt(situation),
      };
    if (trust.signedAs !== undefined)
      return {
        grade: 'F',
        statement: `not what was signed: ${tag ?? 'the tag'} is signed as another image`,
        evidence: [`signed ${trust.signedAs}`, `here ${image.digest}`],
        next: signIt(situation),
      };
    const good = trust.signatures.filter((each) => each.goodUntil > now);
    const own = tag === undefined ? good : good.filter((each) => each.tag === tag);
    if (own.length > 0) return signed(own, situation);
    if (good.length === 0) return unsigned(situation, 'nobody signed this image');
    return {
      grade: 'C',
      statement: `signed, but not as ${tag ?? ''}`,
      evidence: shown(good.map(inWordsOf)),
      next: signIt(situation),
    };
  },
  turnsAt: ({ facts: { trust } }) => [
    ...(trust?.turnsAt ?? []),
    ...(trust?.signatures ?? []).flatMap(({ goodUntil }) => [goodUntil - FRESH_MS, goodUntil]),
  ],
};

function signed(own: readonly SignatureFacts[], situation: HealthSituation): LineFinding {
  const until = Math.max(...own.map((each) => each.goodUntil));
  const fresh = until - situation.now > FRESH_MS;
  return {
    grade: fresh ? 'A' : 'B',
    statement: `signed by ${[...new Set(own.flatMap((each) => each.signers))].join(', ')}`,
    evidence: [...shown(own.map(inWordsOf)), `good for ${inWords(until - situation.now)}`],
    ...(!fresh && { next: signIt(situation) }),
  };
}

function unsigned(situation: HealthSituation, why: string): LineFinding {
  return { grade: 'D', statement: 'not signed', evidence: [why], next: signIt(situation) };
}

function inWordsOf({ tag, signers }: SignatureFacts): string {
  return `${tag} is signed by ${signers.join(', ')}`;
}

function signIt({ facts, tag }: HealthSituation): string {
  return `sign it: assay trust sign ${facts.image.repository}:${tag ?? facts.image.tags[0] ?? 'TAG'}`;
}
