import { nameOf, type Viewer } from '../../access/viewer.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { PromotionRequest } from '../../ports/channel-records.ts';
import type { Records } from '../../ports/database.ts';
import { appendEvent } from '../events.ts';
import { eventData, goalOf, placeOfRequest } from './open-request.ts';

const NOUNS = {
  rejected: 'promotion.rejected',
  expired: 'promotion.expired',
  void: 'promotion.voided',
} as const;

/** Ends an open request without a promotion and tells who asked; false when it had ended already. */
export async function endRequest(
  records: Records,
  request: PromotionRequest,
  state: keyof typeof NOUNS,
  viewer: Viewer,
  note: string,
  now: number,
): Promise<boolean> {
  if (!(await records.channels.settleRequest(request.id, { state, at: now, by: nameOf(viewer), note }))) return false;
  await appendEvent(records, now, NOUNS[state], viewer, placeOfRequest(request), goalOf(request), {
    ...eventData(request),
    note,
  });
  if (viewer.kind !== 'account' || viewer.accountId !== request.askedById)
    await tellAsker(records, request, `is ${state}`, note, now);
  return true;
}

export async function tellAsker(
  records: Records,
  request: PromotionRequest,
  what: string,
  note: string,
  now: number,
): Promise<void> {
  if (request.askedById === undefined || !(await records.access.accountById(request.askedById))) return;
  await records.notify.addNotice({
    id: uuidv7(now),
    accountId: request.askedById,
    dedupeKey: `promotion ${what} ${request.id}`,
    subject: `your promotion of ${request.source}:${request.sourceTag} to ${goalOf(request)} ${what}`,
    text: `${request.source}@${request.digest} to ${goalOf(request)} ${what}${note === '' ? '' : `: ${note}`}`,
    createdAt: now,
  });
}
