import type { Answer } from '../api/client.ts';
import type { Tone } from './standing.ts';

export type Collection = Answer<'listTrust'>['items'][number];
export type Role = Collection['roles'][number];
export type ImageTrust = Answer<'getImageTrust'>;
export type Mark = NonNullable<Answer<'listTags'>['items'][number]['trust']>;

const DAY_MS = 24 * 3600_000;

/** A mark of a list in a tone and a word; what nobody signed is an answer of its own. */
export function markInWords(mark: Mark | undefined): { readonly tone: Tone; readonly word: string } {
  if (!mark) return { tone: 'none', word: 'not signed' };
  switch (mark.state) {
    case 'signed':
      return { tone: 'ok', word: 'signed' };
    case 'differs':
      return { tone: 'tamper', word: 'not what was signed' };
    case 'expired':
      return { tone: 'expired', word: 'signed, expired' };
    default:
      return mark.state satisfies never;
  }
}

/** What a page says first of a collection: the worst reason. */
export function collectionInWords(collection: Collection): {
  readonly tone: Tone;
  readonly answer: string;
  readonly reason: string;
} {
  const { state, failure, differing, signedTags } = collection;
  if (state === 'failed' || state === 'unreachable' || state === 'missing')
    return {
      tone: 'tamper',
      answer: 'The trust data does not verify',
      reason: `${failure?.detail ?? 'For an unknown reason'}. Clients that verify refuse every tag; nothing it says is shown. Restore it from a backup, or publish it again.`,
    };
  if (differing.total > 0)
    return {
      tone: 'tamper',
      answer:
        differing.total === 1
          ? `Tag ${differing.items[0]?.tag} is not what was signed`
          : `${differing.total} tags are not what was signed`,
      reason: 'Clients that verify get the signed image or refuse; all others get what the registry gives out.',
    };
  if (state === 'expired')
    return {
      tone: 'expired',
      answer: 'The trust data is out of date',
      reason: `${failure?.detail ?? 'A role has expired'}. Clients that verify refuse every tag until it is renewed.`,
    };
  return {
    tone: 'ok',
    answer: signedTags === 1 ? '1 tag is signed' : `${signedTags} tags are signed`,
    reason: 'Verified from the root down, as clients do.',
  };
}

/** How a role stands with its end: `renew before 2 Sep 2029`, or `renews itself before 5 Dec`. */
export function expiryOf(
  role: Role,
  now: number,
): { readonly tone: Tone; readonly word: string; readonly days: number } {
  const end = role.expiresAt === undefined ? Number.NaN : Date.parse(role.expiresAt);
  const days = Math.ceil((end - now) / DAY_MS);
  if (Number.isNaN(end)) return { tone: 'unknown', word: 'not read', days: 0 };
  if (end <= now) return { tone: 'expired', word: 'expired', days };
  if (role.heldBy === 'server') return { tone: 'none', word: 'renews itself before', days };
  const due = role.renewFrom !== undefined && Date.parse(role.renewFrom) <= now;
  return { tone: due ? 'warn' : 'none', word: 'renew before', days };
}

/** A distance that people plan with: `in 27 days`, `in 10 years`. */
export function inDays(days: number): string {
  if (days < 0) return `${-days} days ago`;
  if (days < 60) return days === 1 ? 'in 1 day' : `in ${days} days`;
  if (days < 730) return `in ${Math.round(days / 30.4)} months`;
  return `in ${Math.round(days / 365)} years`;
}

/** What the other dialect's clients see. */
export function coverageInWords({ dialects, tuf1 }: Pick<Collection, 'dialects' | 'tuf1'>): string {
  if (!dialects.includes('notary')) return 'TUF 1.x clients only; docker and notary see nothing';
  if (tuf1 === 'complete') return 'docker, notary and TUF 1.x clients see the same';
  return tuf1 === 'behind'
    ? 'docker and notary; TUF 1.x clients see an older state'
    : 'docker and notary; TUF 1.x clients see nothing';
}

/** Digits in which two digests of one algorithm differ, as runs, so that they are compared by mark and not by eye. */
export function differingRuns(
  one: string,
  other: string,
): readonly { readonly text: string; readonly same: boolean }[] {
  const runs: { text: string; same: boolean }[] = [];
  for (let at = 0; at < one.length; at++) {
    const char = one.charAt(at);
    const same = char === other[at];
    const last = runs.at(-1);
    if (last?.same === same) last.text += char;
    else runs.push({ text: char, same });
  }
  return runs;
}
