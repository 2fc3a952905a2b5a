import { uuidv7 } from '../../lib/uuid.ts';
import type { Records } from '../../ports/database.ts';
import type { RepositoryId } from '../../ports/registry-records.ts';

/** Kind of the job that carries out what can be carried out in an organisation. */
export const CARRY_OUT = 'carry-out-promotions';
const PRIORITY = 5;

/** Events after which something may stand against a promotion no more. */
const CHANGES: ReadonlySet<string> = new Set([
  'image.analysed',
  'image.judged',
  'vex.stated',
  'image.released',
  'digest.released',
  'trust.published',
  'trust.imported',
  'policy.created',
  'policy.changed',
  'policy.deleted',
  'exception.created',
  'tag-rule.deleted',
  'grant.changed',
  'team.changed',
]);

/** One that still waits for the organisation is not doubled. */
export async function queueCarryOut(records: Records, organisation: string, at: number): Promise<void> {
  await records.jobs.enqueue({
    id: uuidv7(at),
    kind: CARRY_OUT,
    dedupeKey: organisation,
    payload: { organisation },
    priority: PRIORITY,
    runAt: at,
  });
}

/** In the transaction of an event: what waits where it happened is tried anew. */
export async function queueWaiting(
  records: Records,
  noun: string,
  place: { readonly organisation: string } | { readonly repositoryId: RepositoryId },
  at: number,
): Promise<void> {
  const organisation = CHANGES.has(noun) ? await records.channels.waiting(place) : undefined;
  if (organisation !== undefined) await queueCarryOut(records, organisation, at);
}
