import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { grades } from '../policy/health/line.ts';
import { modes } from '../policy/rule.ts';
import { imageStages } from '../ports/policy-records.ts';
import { exceptionScope } from './policy.ts';
import { time } from './shapes.ts';

/** What the event tells of, and the shape of its data. */
export interface EventDescription {
  readonly tells: string;
  /** What `subject` names. */
  readonly subject: string;
  readonly data: z.ZodObject;
}

const policy = z.strictObject({ mode: z.enum(modes), version: z.number().int() });
const nothing = z.strictObject({});
const reason = z.strictObject({ reason: z.string() });
const image = 'repository@digest';
const channel = z.strictObject({ version: z.number().int(), stages: z.array(z.string()) });
const goal = 'repository:tag that it shall come to';
const promotion = z.strictObject({
  request: z.string(),
  channel: z.string(),
  stage: z.string(),
  from: z.string(),
  digest: z.string(),
  reason: z.string(),
});
const ending = promotion.extend({ note: z.string() });

/** Events of the policy room by their noun; `dev.assay.<noun>.v1` in messages. Their data only grow. */
export const policyEvents: Readonly<Record<string, EventDescription>> = {
  'policy.created': { tells: 'a policy was put in force', subject: 'organisation/policy', data: policy },
  'policy.changed': { tells: 'a policy has another text', subject: 'organisation/policy', data: policy },
  'policy.deleted': { tells: 'a policy was taken out of force', subject: 'organisation/policy', data: nothing },
  'policy.refused': {
    tells: 'a gate refused an image; once a second for each image, rule and actor',
    subject: 'repository:tag@digest',
    data: z.strictObject({ gate: z.enum(gates), policy: z.string(), rule: z.string() }),
  },
  'exception.created': {
    tells: 'something is let through',
    subject: 'the repositories',
    data: z.strictObject({
      id: z.string(),
      kind: z.enum(['exception', 'break-glass']),
      organisation: z.string(),
      owner: z.string(),
      reason: z.string(),
      ticket: z.string().optional(),
      scope: exceptionScope,
      createdAt: time,
      expiresAt: time,
    }),
  },
  'exception.ended': {
    tells: 'somebody ended an exception before its time',
    subject: 'the repositories',
    data: z.strictObject({ id: z.string() }),
  },
  'exception.expired': {
    tells: 'an exception has ended by itself',
    subject: 'the repositories',
    data: z.strictObject({
      id: z.string(),
      owner: z.string(),
      reason: z.string(),
      scope: exceptionScope,
      expiredAt: time,
    }),
  },
  'channel.created': { tells: 'a channel was put in force', subject: 'organisation/channel', data: channel },
  'channel.changed': { tells: 'a channel has another definition', subject: 'organisation/channel', data: channel },
  'channel.deleted': { tells: 'a channel was taken out of force', subject: 'organisation/channel', data: nothing },
  'promotion.requested': { tells: 'an image shall go on to the next stage', subject: goal, data: promotion },
  'promotion.approved': { tells: 'somebody approved a request', subject: goal, data: ending },
  'promotion.rejected': { tells: 'somebody ended a request', subject: goal, data: ending },
  'promotion.expired': { tells: 'a request was not carried out in time', subject: goal, data: ending },
  'promotion.voided': { tells: 'what a request was asked under is no more', subject: goal, data: ending },
  'image.promoted': {
    tells: 'an image was brought on, by a channel or by hand',
    subject: 'repository:tag',
    data: promotion.partial({ request: true, channel: true, stage: true }).extend({
      previous: z.string().optional(),
      approvals: z.array(z.string()).optional(),
      evidence: z.array(
        z.strictObject({
          gate: z.enum(gates),
          outcome: z.enum(['allow', 'deny']),
          rules: z.number().int(),
          key: z.strictObject({ subject: z.string(), facts: z.string(), rules: z.string(), request: z.string() }),
        }),
      ),
    }),
  },
  'tag.rolled-back': {
    tells: 'a tag names again what it named before',
    subject: 'repository:tag',
    data: z.strictObject({
      digest: z.string(),
      previous: z.string(),
      reason: z.string(),
      request: z.string().optional(),
    }),
  },
  'image.stage-changed': {
    tells: 'a tagged image is nearer to its release, or further from it',
    subject: image,
    data: z.strictObject({
      stage: z.enum(imageStages),
      before: z.enum(imageStages).optional(),
      tag: z.string(),
      waitsFor: z.string(),
    }),
  },
  'digest.held': { tells: 'a digest is held in a whole organisation', subject: 'organisation@digest', data: reason },
  'digest.released': {
    tells: 'a digest is held in its organisation no more',
    subject: 'organisation@digest',
    data: reason,
  },
  'image.held': { tells: 'somebody holds an image back from every gate', subject: image, data: reason },
  'image.released': { tells: 'somebody let an image go', subject: image, data: reason },
  'vex.stated': {
    tells: 'somebody said whether a vulnerability affects an image',
    subject: image,
    data: z.strictObject({
      id: z.string(),
      vulnerability: z.string(),
      status: z.string(),
      justification: z.string().optional(),
      author: z.string(),
      packages: z.array(z.string()),
      from: z.string().optional().describe('the repository that the statement came from by promotion'),
    }),
  },
  'vex.withdrawn': {
    tells: 'a statement about a vulnerability of an image was withdrawn',
    subject: image,
    data: z.strictObject({ id: z.string(), vulnerability: z.string(), status: z.string() }),
  },
  'health.changed': {
    tells: 'the grade of a tagged image is another',
    subject: image,
    data: z.strictObject({
      grade: z.enum(grades).optional(),
      score: z.number().int(),
      before: z.enum(grades).optional(),
    }),
  },
  'health-profile.changed': { tells: 'the health card is drawn otherwise', subject: 'organisation', data: nothing },
  'health-profile.deleted': {
    tells: 'the health card is drawn as the house has it',
    subject: 'organisation',
    data: nothing,
  },
};
