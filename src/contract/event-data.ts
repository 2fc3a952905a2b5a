import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { grades } from '../policy/health/line.ts';
import { modes } from '../policy/rule.ts';
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
  'image.held': { tells: 'somebody holds an image back from every gate', subject: image, data: reason },
  'image.released': { tells: 'somebody let an image go', subject: image, data: reason },
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
