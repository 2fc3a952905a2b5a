import type { FeedAddress } from '../../../content/advisories/feed.ts';
import { isAssayError } from '../../../lib/error.ts';
import type { FeedStatus } from '../../../ports/advisory-sets.ts';
import type { HttpClient } from '../../../ports/http-client.ts';
import { mirrored, openFeed } from '../fetch-feed.ts';
import type { Increment, IncrementRequest } from './increment.ts';
import { nvdIncrement, type NvdWindows } from './nvd-increment.ts';
import { osvIncrement } from './osv-increment.ts';
import { redHatIncrement } from './red-hat-increment.ts';

/** A feed is read whole once a week, which also heals what single records may have left behind. */
const WHOLE_AFTER_MS = 7 * 86_400_000;

export interface IncrementParts {
  readonly http: HttpClient;
  readonly mirror: string | undefined;
  readonly now: number;
  readonly signal?: AbortSignal;
  /** Of one run over all feeds. */
  readonly windows: NvdWindows;
}

/** What changed since the copy in force; none when it has to be read whole. */
export async function incrementOf(
  address: FeedAddress,
  held: FeedStatus | undefined,
  { http, mirror, now, signal, windows }: IncrementParts,
): Promise<Increment | undefined> {
  if (!address.increments || held?.newestAt === undefined || now - held.importedAt > WHOLE_AFTER_MS) return undefined;
  // Copies of files have no answers of an interface.
  if (address.increments === 'nvd' && mirror) return undefined;
  const request: IncrementRequest = {
    url: mirrored(address.url, mirror),
    newestAt: held.newestAt,
    now,
    get: async (url) => (await openFeed(http, url, { orNone: true, ...(signal && { signal }) }))?.body,
  };
  try {
    if (address.increments === 'osv') return await osvIncrement(request);
    if (address.increments === 'red-hat') return await redHatIncrement(request);
    return await nvdIncrement(request, windows);
  } catch (error) {
    if (signal?.aborted || !isAssayError(error)) throw error;
    // Where single records cannot be had, all of the feed can; if not that either, its failure is told.
    return undefined;
  }
}
