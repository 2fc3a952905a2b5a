import { nameOf, type Viewer } from '../../access/viewer.ts';
import { uuidv7 } from '../../lib/uuid.ts';
import type { Digest } from '../../oci/digest.ts';
import type { RepositoryName, Tag } from '../../oci/names.ts';
import type { PromotionRequest } from '../../ports/channel-records.ts';
import type { Records } from '../../ports/database.ts';
import type { Repository } from '../../ports/registry-records.ts';
import { appendEvent } from '../events.ts';
import { approversOf } from './approvers.ts';
import { queueCarryOut } from './carry-out-jobs.ts';
import type { Step } from './channel-book.ts';

/** What somebody, or the house, asks for. */
export interface Wanted {
  readonly source: Repository;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly target: RepositoryName;
  readonly targetTag: Tag;
  readonly reason: string;
}

export function requestFor(step: Step, wanted: Wanted, viewer: Viewer, now: number): PromotionRequest {
  const { source, tag, digest, target, targetTag, reason } = wanted;
  return {
    id: uuidv7(now),
    organisation: step.channel.organisation,
    channel: step.channel.name,
    version: step.channel.version,
    stage: step.next.name,
    sourceId: source.id,
    source: source.name,
    sourceTag: tag,
    target,
    targetTag,
    digest,
    reason,
    askedBy: nameOf(viewer),
    askedById: viewer.kind === 'account' ? viewer.accountId : undefined,
    askedAt: now,
    expiresAt: now + (step.next.promotion?.expires ?? 0),
    state: 'open',
    settledAt: undefined,
    settledBy: undefined,
    note: '',
    previous: undefined,
    evidence: undefined,
    rolledBackAt: undefined,
    rolledBackBy: undefined,
  };
}

/** What the events of a request carry. */
export function eventData({ id, channel, stage, source, sourceTag, digest, reason }: PromotionRequest) {
  return { request: id, channel, stage, from: `${source}:${sourceTag}`, digest, reason };
}

/** `repository:tag` where the image shall come to. */
export function goalOf({ target, targetTag }: Pick<PromotionRequest, 'target' | 'targetTag'>): string {
  return `${target}:${targetTag}`;
}

/** Events of a request belong to the repository that the image comes from: whoever may see that one may see them. */
export function placeOfRequest({ sourceId, source }: PromotionRequest) {
  return { id: sourceId, name: source };
}

/** Stores the request, tells whoever could approve it and may pull it, and queues its carrying out. False when one is open already. */
export async function openRequest(
  records: Records,
  step: Step,
  request: PromotionRequest,
  viewer: Viewer,
): Promise<boolean> {
  if (!(await records.channels.addRequest(request))) return false;
  const { askedAt } = request;
  const data = eventData(request);
  await appendEvent(records, askedAt, 'promotion.requested', viewer, placeOfRequest(request), goalOf(request), data);
  const approvers = await approversOf(records, request.organisation, step.next.promotion?.approvals ?? []);
  for (const { id, name, administrator } of approvers) {
    const reader: Viewer = { kind: 'account', accountId: id, name, administrator };
    // Of what one may not pull one is told nothing.
    if (id !== request.askedById && (await records.registry.repository(reader, request.source))?.rights.has('pull'))
      await records.notify.addNotice({
        id: uuidv7(askedAt),
        accountId: id,
        dedupeKey: `promotion asked ${request.id}`,
        subject: `${request.askedBy} asks to promote ${request.source}:${request.sourceTag} to ${request.stage}`,
        text: `${request.source}@${request.digest} to ${goalOf(request)}: ${request.reason}; approve with: assay channel approve ${request.id}`,
        createdAt: askedAt,
      });
  }
  await queueCarryOut(records, request.organisation, askedAt);
  return true;
}
