import { z } from 'zod';
import { stages } from '../work/channels/stages.ts';
import { endpoint } from './endpoint.ts';
import { ruleResult, verdictShape } from './policy.ts';
import { repositoryParam } from './shapes.ts';

const reason = z.string().min(1).max(1000);

export const getStage = endpoint({
  id: 'getStage',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/stage',
  summary: 'How far an image is from push to release, and what it waits for',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  answer: z.object({ digest: z.string(), stage: z.enum(stages), waitsFor: z.array(ruleResult) }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid', 'unauthorized'],
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
    verdicts: z.array(verdictShape),
  }),
  status: 201,
  errors: [
    'name-unknown',
    'manifest-unknown',
    'denied',
    'unauthorized',
    'policy-refused',
    'tag-immutable',
    'tag-protected',
  ],
});

export const rollBackTag = endpoint({
  id: 'rollBackTag',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/tags/{tag}/roll-back',
  summary: 'Have a tag name again what it named before its last move',
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
    'tag-immutable',
    'tag-protected',
  ],
});
