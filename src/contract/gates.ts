import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { endpoint } from './endpoint.ts';
import { verdictShape } from './policy.ts';
import { time } from './shapes.ts';

/** What a gate outside the registry is told of an image, as JSON and signed. */
export const judgement = z.object({
  outcome: z.enum(['allow', 'deny']),
  line: z.string(),
  warnings: z.array(z.string()),
  image: z.string(),
  /** The image by digest, its tag kept for people. */
  pinned: z.string().optional(),
  digest: z.string().optional(),
  validUntil: time.optional(),
  /** The same as a JSON Web Signature, good until its `exp`. */
  decision: z.string(),
  verdict: verdictShape.optional(),
});

export const judgeImage = endpoint({
  id: 'judgeImage',
  method: 'POST',
  path: '/api/v1/gates/{gate}',
  summary:
    'Whether an image may pass a gate, by the name that clusters and engines write, of whatever registry; signed',
  right: 'viewer',
  params: z.object({ gate: z.enum(gates) }),
  body: z.strictObject({
    /** `host/shop/app:1.2`, or `local` for an image that came from no registry. */
    image: z.string().min(1).max(1000),
    platform: z.string().max(100).optional(),
    /** What the container asks for beyond a confined one. */
    powers: z.array(z.string().max(1000)).max(200).default([]),
    /** Leaves no trace in the list of refusals. */
    dryRun: z.boolean().default(false),
  }),
  answer: judgement,
  errors: ['unauthorized', 'input-invalid'],
});

export const listDecisionKeys = endpoint({
  id: 'listDecisionKeys',
  method: 'GET',
  path: '/api/v1/decisions/keys',
  summary: 'The keys that signed decisions verify with, as a JSON Web Key Set (RFC 7517)',
  right: 'signed-in',
  answer: z.object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('EdDSA'),
      }),
    ),
  }),
  errors: ['unauthorized'],
});
