import type { z } from 'zod';
import { toRfc3339 } from '../lib/clock.ts';
import type { Approver, PromotionTerms } from '../policy/channels/channel.ts';
import type { Approval, PromotionRequest } from '../ports/channel-records.ts';
import type { Evidence } from '../work/channels/carry-out.ts';
import type { ShownChannel } from '../work/channels/channels.ts';
import type { RequestDetails } from '../work/channels/requests.ts';
import { renderVerdict } from './render-policy.ts';
import type { channelShape, getPromotion, listPromotions } from './channels.ts';

const HOUR_MS = 3_600_000;

/** A channel as the API carries it. */
export function renderChannel({ channel, stored }: ShownChannel): z.input<typeof channelShape> {
  const { name, organisation, description, version, stages } = channel;
  return {
    channel: name,
    organisation,
    description,
    version,
    stages: stages.map((stage) => ({
      stage: stage.name,
      repository: stage.repository,
      ...(stage.tag !== undefined && { tag: stage.tag }),
      ...(stage.promotion && { promotion: renderTerms(stage.promotion) }),
    })),
    text: stored.text,
    updatedAt: toRfc3339(stored.updatedAt),
    updatedBy: stored.updatedBy,
  };
}

function renderTerms({ start, approvals, minimumAge, gates, expires }: PromotionTerms) {
  return {
    start,
    approvals: approvals.map(({ count, by }) => ({ count, by: by.map(renderApprover) })),
    minimumAge: minimumAge / HOUR_MS,
    gates: [...gates],
    expires: expires / HOUR_MS,
  };
}

function renderApprover({ kind, name }: Approver): string {
  return kind === 'account' ? name : `${kind}:${name}`;
}

/** A request without what only its own page tells. */
export function renderRequest(request: PromotionRequest): z.input<typeof listPromotions.answer>['items'][number] {
  const { id, organisation, channel, version, stage, digest, reason, askedBy, state, note } = request;
  const { settledAt, settledBy, rolledBackAt, rolledBackBy } = request;
  return {
    id,
    organisation,
    channel,
    version,
    stage,
    from: { repository: request.source, tag: request.sourceTag },
    to: { repository: request.target, tag: request.targetTag },
    digest,
    reason,
    askedBy,
    askedAt: toRfc3339(request.askedAt),
    expiresAt: toRfc3339(request.expiresAt),
    state,
    ...(settledAt !== undefined && { settledAt: toRfc3339(settledAt) }),
    ...(settledBy !== undefined && { settledBy }),
    note,
    ...(rolledBackAt !== undefined && { rolledBackAt: toRfc3339(rolledBackAt) }),
    ...(rolledBackBy !== undefined && { rolledBackBy }),
  };
}

/** A request with its approvals; what the next stage named before only where the reader may pull there. */
export function renderDetails(
  { request, approvals, requirements }: RequestDetails,
  readsTarget: boolean,
): z.input<typeof getPromotion.answer> {
  const { previous, evidence } = request;
  return {
    ...renderRequest(request),
    approvals: approvals.map(renderApproval),
    requirements: [...requirements],
    ...(readsTarget && previous !== undefined && { previous }),
    ...(evidence !== undefined && { evidence: renderEvidence(JSON.parse(evidence) as Evidence) }),
  };
}

function renderApproval({ account, note, at }: Approval) {
  return { account, note, at: toRfc3339(at) };
}

/** Written by the house itself, in the transaction of the promotion. */
function renderEvidence({ terms, approvals, requirements, verdicts }: Evidence) {
  return {
    terms: renderTerms(terms),
    approvals: approvals.map(renderApproval),
    requirements: [...requirements],
    verdicts: verdicts.map(renderVerdict),
  };
}
