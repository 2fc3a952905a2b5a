import type { z } from 'zod';
import { toRfc3339 } from '../../../lib/clock.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { ImageAnalysis, ImageJudgement, SeverityCounts } from '../../../ports/content-records.ts';
import type { Database } from '../../../ports/database.ts';
import type { Repository, RepositoryId } from '../../../ports/registry-records.ts';
import type { judgement as shape } from '../../../contract/shapes.ts';
import { standingOf } from '../../../work/content/read-image.ts';
import { countsAside } from '../../../work/content/set-aside.ts';
import { urgency } from './ordering.ts';

export type Judgement = z.infer<typeof shape>;

function toJudgement(state: ImageAnalysis['state'], judged: ImageJudgement, counts: SeverityCounts): Judgement {
  return {
    state,
    counts: counts.total,
    fixable: counts.fixable,
    packages: judged.packageCount,
    unjudged: judged.unjudged,
    judgedAt: toRfc3339(judged.judgedAt),
  };
}

/** Where one image stands; an image that nothing waits for and nothing is known of is not applicable. */
export async function judgementOf(
  database: Database,
  digest: Digest,
  repository: Pick<Repository, 'id'> | undefined,
): Promise<Judgement> {
  const { analysis, judgement, job } = await standingOf(database, digest);
  if (analysis && judgement) {
    const aside = repository && (await countsAside(database, repository, [digest]));
    return toJudgement(analysis.state, judgement, aside?.get(digest) ?? judgement.counts);
  }
  if (!job) return { state: 'not-applicable' };
  if (job.state === 'dead') return { state: 'failed', ...(job.lastError !== undefined && { detail: job.lastError }) };
  return { state: job.state, ...(job.lastError !== undefined && { detail: job.lastError }) };
}

/**
 * Where many images stand, with one query for those that are done. An index stands where its images do: unfinished
 * while one of them is, else as bad as the worst. What statements of the repository set aside is not counted.
 */
export async function judgementsOf(
  database: Database,
  digests: readonly Digest[],
  repository: Pick<Repository, 'id'> | undefined,
): Promise<Map<Digest, Judgement>> {
  const listed = await database.records.content.imagesOf(digests);
  const images = await judgedImages(database, [...digests, ...[...listed.values()].flat()], repository);
  for (const [index, children] of listed) {
    const worst = worstOf(children.flatMap((child) => images.get(child) ?? []));
    if (worst) images.set(index, worst);
  }
  return images;
}

/** Where the newest image of each repository stands, by the id of the repository. */
export async function newestJudgements(
  database: Database,
  repositories: readonly { readonly id: RepositoryId; readonly newest: { readonly digest: Digest } | undefined }[],
): Promise<ReadonlyMap<RepositoryId, Judgement>> {
  const shown = repositories.flatMap(({ id, newest }) => (newest ? [{ id, digest: newest.digest }] : []));
  const all = await judgementsOf(
    database,
    shown.map((each) => each.digest),
    undefined,
  );
  const spoken = await database.records.vex.spokenIn(shown.map((each) => each.id));
  const found = new Map<RepositoryId, Judgement>();
  for (const { id, digest } of shown) {
    const judged = spoken.has(id) ? await judgementsOf(database, [digest], { id }) : all;
    found.set(id, judged.get(digest) ?? { state: 'not-applicable' });
  }
  return found;
}

function worstOf(judgements: readonly Judgement[]): Judgement | undefined {
  const known = judgements.filter(({ state }) => state !== 'not-applicable');
  const unfinished = known.find(({ state }) => state === 'running' || state === 'waiting');
  return unfinished ?? known.toSorted((a, b) => urgency(b) - urgency(a))[0];
}

async function judgedImages(
  database: Database,
  digests: readonly Digest[],
  repository: Pick<Repository, 'id'> | undefined,
): Promise<Map<Digest, Judgement>> {
  const done = await database.records.content.judgements([...new Set(digests)]);
  const aside = repository && (await countsAside(database, repository, [...done.keys()]));
  const found = new Map<Digest, Judgement>();
  for (const digest of new Set(digests)) {
    const judged = done.get(digest);
    found.set(
      digest,
      judged
        ? toJudgement(judged.state, judged, aside?.get(digest) ?? judged.counts)
        : await judgementOf(database, digest, repository),
    );
  }
  return found;
}
