import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { imageStages } from '../ports/policy-records.ts';
import { promotionStates } from '../ports/channel-records.ts';
import { requirementKinds } from '../work/channels/requirements.ts';
import { endpoint } from './endpoint.ts';
import { ruleResult, verdictShape } from './policy.ts';
import { listOf, listQuery, organisationName, repositoryParam, time } from './shapes.ts';

const reason = z.string().min(1).max(1000);

export const getStage = endpoint({
  id: 'getStage',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/stage',
  summary: 'How far an image is from push to release, and what it waits for',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  answer: z.object({ digest: z.string(), stage: z.enum(imageStages), waitsFor: z.array(ruleResult) }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid', 'unauthorized'],
});

export const listStages = endpoint({
  id: 'listStages',
  method: 'GET',
  path: '/api/v1/stages',
  summary: 'How far tagged images are from push to release, the last changed first; seconds behind what rules',
  right: 'signed-in',
  query: z.object({
    ...listQuery,
    stage: z.enum(imageStages).optional(),
    organisation: z.string().max(100).optional(),
    repository: z.string().max(255).optional(),
  }),
  answer: listOf(
    z.object({
      repository: z.string(),
      tag: z.string(),
      digest: z.string(),
      stage: z.enum(imageStages),
      since: time,
      /** The first thing that stands between it and its release; empty when nothing does. */
      waitsFor: z.string(),
    }),
  ),
  errors: ['unauthorized'],
});

export const promoteImage = endpoint({
  id: 'promoteImage',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/images/{reference}/promotions',
  summary: 'Bring an image to another repository or tag, by the policies of where it goes',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  body: z.strictObject({ repository: repositoryParam, tag: z.string().max(128), reason }),
  answer: z.object({
    from: z.string(),
    to: z.string(),
    digest: z.string(),
    previous: z.string().optional(),
    /** Of the request that stands for it, where a channel leads. */
    request: z.string().optional(),
    verdicts: z.array(verdictShape),
  }),
  status: 201,
  errors: [
    'name-unknown',
    'manifest-unknown',
    'denied',
    'unauthorized',
    'policy-refused',
    'promotion-waits',
    'input-invalid',
    'conflict',
    'already-exists',
    'not-found',
    'tag-immutable',
    'tag-protected',
  ],
});

export const rollBackTag = endpoint({
  id: 'rollBackTag',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/tags/{tag}/roll-back',
  summary: 'Have a tag name again what it named before its last move, or its last promotion',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, tag: z.string().max(128) }),
  body: z.strictObject({ reason }),
  answer: z.object({ digest: z.string(), previous: z.string() }),
  errors: [
    'name-unknown',
    'manifest-unknown',
    'not-found',
    'denied',
    'unauthorized',
    'policy-refused',
    'conflict',
    'tag-immutable',
    'tag-protected',
  ],
});

const MAX_CHANNEL_BYTES = 32 * 1024;
const named = z.object({ organisation: organisationName, channel: z.string().max(63) });

const termsShape = z.object({
  start: z.enum(['by-hand', 'automatic']),
  approvals: z.array(z.object({ count: z.number().int(), by: z.array(z.string()) })),
  /** In hours. */
  minimumAge: z.number(),
  gates: z.array(z.enum(gates)),
  /** In hours. */
  expires: z.number(),
});

const stageShape = z.object({
  stage: z.string(),
  repository: z.string(),
  tag: z.string().optional(),
  /** Absent for the stage where images come in. */
  promotion: termsShape.optional(),
});

export const channelShape = z.object({
  channel: z.string(),
  organisation: z.string(),
  description: z.string(),
  version: z.number().int(),
  stages: z.array(stageShape),
  /** As it was written. */
  text: z.string(),
  updatedAt: time,
  updatedBy: z.string(),
});

export const listChannels = endpoint({
  id: 'listChannels',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/channels',
  summary: 'The channels of an organisation',
  right: 'signed-in',
  params: z.object({ organisation: organisationName }),
  answer: z.object({ items: z.array(channelShape) }),
  errors: ['not-found', 'unauthorized'],
});

export const applyChannel = endpoint({
  id: 'applyChannel',
  method: 'PUT',
  path: '/api/v1/channels',
  summary: 'Put the definition of a channel (YAML) in force; what was asked under the one before is void',
  right: 'signed-in',
  body: z.strictObject({ text: z.string().max(MAX_CHANNEL_BYTES) }),
  answer: channelShape.extend({ changed: z.boolean() }),
  errors: ['channel-invalid', 'input-invalid', 'not-found', 'denied', 'unauthorized'],
});

const stageImage = z.object({
  repository: z.string(),
  tag: z.string(),
  digest: z.string(),
  since: time,
  by: z.string(),
});

export const getChannel = endpoint({
  id: 'getChannel',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/channels/{channel}',
  summary: 'One channel with the newest images of each stage that the caller may pull',
  right: 'signed-in',
  params: named,
  answer: channelShape.extend({ images: z.array(z.array(stageImage)) }),
  errors: ['not-found', 'unauthorized'],
});

export const removeChannel = endpoint({
  id: 'removeChannel',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/channels/{channel}',
  summary: 'Take a channel out of force; its stages are repositories like others again',
  right: 'signed-in',
  params: named,
  errors: ['not-found', 'denied', 'unauthorized'],
});

const approvalShape = z.object({ account: z.string(), note: z.string(), at: time });

const requirementShape = z.object({ kind: z.enum(requirementKinds), met: z.boolean(), detail: z.string() });

const requestShape = z.object({
  id: z.string(),
  organisation: z.string(),
  channel: z.string(),
  /** Version of the definition that it was asked under. */
  version: z.number().int(),
  stage: z.string(),
  from: z.object({ repository: z.string(), tag: z.string() }),
  to: z.object({ repository: z.string(), tag: z.string() }),
  /** What the tag named at the asking; it alone is promoted. */
  digest: z.string(),
  reason: z.string(),
  askedBy: z.string(),
  askedAt: time,
  expiresAt: time,
  state: z.enum(promotionStates),
  settledAt: time.optional(),
  settledBy: z.string().optional(),
  note: z.string(),
  rolledBackAt: time.optional(),
  rolledBackBy: z.string().optional(),
});

const requestDetails = requestShape.extend({
  approvals: z.array(approvalShape),
  /** What an open one needs, and how that stands now. */
  requirements: z.array(requirementShape),
  /** What the tag of the next stage named before; only for who may pull there. */
  previous: z.string().optional(),
  /** What a promotion stood on at its moment. */
  evidence: z
    .object({
      terms: termsShape,
      approvals: z.array(approvalShape),
      requirements: z.array(requirementShape),
      verdicts: z.array(verdictShape),
    })
    .optional(),
});

export const listPromotions = endpoint({
  id: 'listPromotions',
  method: 'GET',
  path: '/api/v1/promotions',
  summary: 'Requests for promotion of images that the caller may pull, newest first',
  right: 'signed-in',
  query: z.object({
    ...listQuery,
    organisation: z.string().max(100).optional(),
    channel: z.string().max(63).optional(),
    repository: z.string().max(255).optional(),
    state: z.enum(promotionStates).optional(),
  }),
  answer: listOf(requestShape),
  errors: ['unauthorized'],
});

export const requestPromotion = endpoint({
  id: 'requestPromotion',
  method: 'POST',
  path: '/api/v1/promotions',
  summary: 'Ask that an image go on to the next stage; carried out at once when nothing stands against it',
  right: 'signed-in',
  body: z.strictObject({
    repository: repositoryParam,
    tag: z.string().max(128),
    /** Refused when the tag names another one. */
    digest: z.string().max(200).optional(),
    /** Where the patterns of the channel leave it open. */
    to: z.strictObject({ repository: repositoryParam, tag: z.string().max(128) }).optional(),
    reason,
  }),
  answer: requestDetails,
  status: 201,
  errors: [
    'name-unknown',
    'manifest-unknown',
    'input-invalid',
    'not-found',
    'conflict',
    'already-exists',
    'policy-refused',
    'denied',
    'unauthorized',
  ],
});

const oneRequest = z.object({ id: z.string().max(40) });

export const getPromotion = endpoint({
  id: 'getPromotion',
  method: 'GET',
  path: '/api/v1/promotions/{id}',
  summary: 'A request with its approvals, what it waits for, and the evidence of its promotion',
  right: 'signed-in',
  params: oneRequest,
  answer: requestDetails,
  errors: ['not-found', 'unauthorized'],
});

export const approvePromotion = endpoint({
  id: 'approvePromotion',
  method: 'POST',
  path: '/api/v1/promotions/{id}/approval',
  summary: 'Approve a request; it is carried out as soon as nothing stands against it',
  right: 'signed-in',
  params: oneRequest,
  body: z.strictObject({ note: z.string().max(1000).default('') }),
  answer: requestDetails,
  errors: ['not-found', 'denied', 'conflict', 'already-exists', 'unauthorized'],
});

export const rejectPromotion = endpoint({
  id: 'rejectPromotion',
  method: 'POST',
  path: '/api/v1/promotions/{id}/rejection',
  summary: 'End a request without a promotion; who asked may too',
  right: 'signed-in',
  params: oneRequest,
  body: z.strictObject({ reason }),
  answer: requestDetails,
  errors: ['not-found', 'denied', 'conflict', 'input-invalid', 'unauthorized'],
});
