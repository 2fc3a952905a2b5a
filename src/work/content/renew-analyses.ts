import type { Clock } from '../../lib/clock.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Database } from '../../ports/database.ts';
import { ANALYSE_IMAGE, analysisJob } from './jobs.ts';

/** Images whose analysis is asked for in one change, so that pushes get their turn between. */
const AT_ONCE = 200;
/** Behind every image that was pushed: those have an answer already, if an older one. */
const LATER = 20;

/** Asks for a new analysis of every image that was read by others than `version`; what is stored stands until it is done. */
export async function renewAnalyses(
  database: Database,
  clock: Clock,
  version: string,
  signal: AbortSignal,
): Promise<number> {
  let asked = 0;
  for (let after: string | undefined; !signal.aborted; ) {
    const images = await database.records.content.imagesReadBefore(version, { after, limit: AT_ONCE });
    if (images.length === 0) break;
    const now = clock.now();
    await database.change(async ({ jobs }) => {
      for (const digest of images)
        await jobs.enqueue({
          id: uuidv7(now),
          kind: ANALYSE_IMAGE,
          dedupeKey: digest,
          payload: analysisJob(digest),
          priority: LATER,
          runAt: now,
        });
    });
    asked += images.length;
    after = images.at(-1);
  }
  return asked;
}
