import { uuidv7 } from '../../lib/uuid.ts';
import type { JobRecords } from '../../ports/queue.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';

/** Kind of the job that writes down how healthy the images of a repository are. */
export const RECORD_HEALTH = 'record-health';

/** Behind analyses: what they find is written down together. */
const PRIORITY = 20;
const GATHER_MS = 2000;

/** Events after which images of their repository may be more or less healthy. */
const CHANGES: ReadonlySet<string> = new Set([
  'image.analysed',
  'image.judged',
  'tag.moved',
  'tag-rule.created',
  'tag-rule.deleted',
  'trust.published',
  'trust.imported',
  'trust.deleted',
  'vex.stated',
  'vex.withdrawn',
]);

/** Queued in the transaction of the event; one that still waits for the repository is not doubled. */
export async function queueHealth(
  jobs: JobRecords,
  noun: string,
  repositoryId: RepositoryId,
  at: number,
): Promise<void> {
  if (!CHANGES.has(noun)) return;
  await jobs.enqueue({
    id: uuidv7(at),
    kind: RECORD_HEALTH,
    dedupeKey: repositoryId,
    payload: { repositoryId },
    priority: PRIORITY,
    runAt: at + GATHER_MS,
  });
}
