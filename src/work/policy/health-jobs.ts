import { uuidv7 } from '../../lib/uuid.ts';
import type { JobRecords } from '../../ports/queue.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';

/** Kind of the job that writes down how healthy images are, and how far from their release. */
export const RECORD_HEALTH = 'record-health';

/** Behind analyses: what they find is written down together. */
const PRIORITY = 20;
const GATHER_MS = 2000;

/** Events after which images of their repository, or of their organisation, may stand otherwise. */
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
  'image.held',
  'image.released',
  'digest.held',
  'digest.released',
  'policy.created',
  'policy.changed',
  'policy.deleted',
  'exception.created',
  'exception.ended',
]);

/** Queued in the transaction of the event; one that still waits for the place is not doubled. */
export async function queueHealth(
  jobs: JobRecords,
  noun: string,
  place: { readonly organisation: string } | { readonly repositoryId: RepositoryId },
  at: number,
): Promise<void> {
  if (!CHANGES.has(noun)) return;
  await jobs.enqueue({
    id: uuidv7(at),
    kind: RECORD_HEALTH,
    dedupeKey: 'organisation' in place ? place.organisation : place.repositoryId,
    payload: place,
    priority: PRIORITY,
    runAt: at + GATHER_MS,
  });
}
