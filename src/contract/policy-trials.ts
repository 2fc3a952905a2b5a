import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { endpoint } from './endpoint.ts';

const MAX_POLICY_BYTES = 300 * 1024;

const tried = {
  /** A policy file; its policies are tried as if they were applied beside those in force. */
  text: z.string().max(MAX_POLICY_BYTES),
  gate: z.enum(gates).default('pull'),
  organisation: z.string().max(100).optional(),
  repository: z.string().max(255).optional(),
};
const outcome = z.enum(['allow', 'deny']);

export const changedVerdict = z.object({
  repository: z.string(),
  digest: z.string(),
  tag: z.string().optional(),
  before: outcome,
  after: outcome,
  /** Why it is refused: under the tried policies, or where they let it through under those in force. */
  line: z.string(),
});

export const comparePolicies = endpoint({
  id: 'comparePolicies',
  method: 'POST',
  path: '/api/v1/policies/compare',
  summary: 'Which stored images would be judged otherwise if these policies were applied',
  right: 'signed-in',
  body: z.strictObject(tried),
  maxBodyBytes: 2 * MAX_POLICY_BYTES,
  answer: z.object({
    judged: z.number().int(),
    changed: z.array(changedVerdict),
    /** There are more images than one call judges. */
    cut: z.boolean(),
  }),
  errors: ['policy-invalid', 'unauthorized'],
});

export const stoppedPulls = z.object({
  repository: z.string(),
  digest: z.string(),
  tag: z.string().optional(),
  pulls: z.number().int(),
  lastDay: z.string(),
  line: z.string(),
});

export const simulatePolicies = endpoint({
  id: 'simulatePolicies',
  method: 'POST',
  path: '/api/v1/policies/simulate',
  summary: 'Which pulls of the last days these policies would have stopped, by what is known of the images today',
  right: 'signed-in',
  body: z.strictObject({ ...tried, days: z.number().int().min(1).max(366).default(30) }),
  maxBodyBytes: 2 * MAX_POLICY_BYTES,
  answer: z.object({
    pulls: z.number().int(),
    stopped: z.array(stoppedPulls),
    /** Pulls of images that are not here any more. */
    gone: z.number().int(),
    cut: z.boolean(),
  }),
  errors: ['policy-invalid', 'unauthorized'],
});
