import type { z } from 'zod';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ImageAnalysis, ImageJudgement } from '../../../ports/content-records.ts';
import type { Database } from '../../../ports/database.ts';
import type { judgement as shape } from '../../../contract/shapes.ts';
import { standingOf } from '../../../work/content/read-image.ts';
import { urgency } from './ordering.ts';

export type Judgement = z.infer<typeof shape>;

export function toJudgement(state: ImageAnalysis['state'], judged: ImageJudgement): Judgement {
  return {
    state,
    counts: judged.counts.total,
    fixable: judged.counts.fixable,
    packages: judged.packageCount,
    unjudged: judged.unjudged,
    judgedAt: toRfc3339(judged.judgedAt),
  };
}

/** Where one image stands; an image that nothing waits for and nothing is known of is not applicable. */
export async function judgementOf(database: Database, digest: Digest): Promise<Judgement> {
  const { analysis, judgement, job } = await standingOf(database, digest);
  if (analysis && judgement) return toJudgement(analysis.state, judgement);
  if (!job) return { state: 'not-applicable' };
  if (job.state === 'dead') return { state: 'failed', ...(job.lastError !== undefined && { detail: job.lastError }) };
  return { state: job.state, ...(job.lastError !== undefined && { detail: job.lastError }) };
}

/**
 * Where many images stand, with one query for those that are done. An index stands where its images do: unfinished
 * while one of them is, else as bad as the worst.
 */
export async function judgementsOf(database: Database, digests: readonly Digest[]): Promise<Map<Digest, Judgement>> {
  const listed = await database.records.content.imagesOf(digests);
  const images = await judgedImages(database, [...digests, ...[...listed.values()].flat()]);
  for (const [index, children] of listed) {
    const worst = worstOf(children.flatMap((child) => images.get(child) ?? []));
    if (worst) images.set(index, worst);
  }
  return images;
}

function worstOf(judgements: readonly Judgement[]): Judgement | undefined {
  const known = judgements.filter(({ state }) => state !== 'not-applicable');
  const unfinished = known.find(({ state }) => state === 'running' || state === 'waiting');
  return unfinished ?? known.toSorted((a, b) => urgency(b) - urgency(a))[0];
}

async function judgedImages(database: Database, digests: readonly Digest[]): Promise<Map<Digest, Judgement>> {
  const done = await database.records.content.judgements([...new Set(digests)]);
  const found = new Map<Digest, Judgement>();
  for (const digest of new Set(digests)) {
    const judged = done.get(digest);
    found.set(digest, judged ? toJudgement(judged.state, judged) : await judgementOf(database, digest));
  }
  return found;
}
