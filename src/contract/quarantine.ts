import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { verdictShape } from './policy.ts';
import { listOf, listQuery, organisationName, repositoryParam, time } from './shapes.ts';

export const releaseShape = z.object({
  repository: z.string(),
  digest: z.string(),
  state: z.enum(['held', 'released']),
  by: z.string(),
  reason: z.string(),
  at: time,
});

export const setRelease = endpoint({
  id: 'setRelease',
  method: 'PUT',
  path: '/api/v1/repositories/{repository}/images/{reference}/release',
  summary: 'Hold an image back from every gate, or let it go',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  body: z.strictObject({ state: z.enum(['held', 'released']), reason: z.string().min(1).max(1000) }),
  answer: releaseShape,
  errors: ['name-unknown', 'manifest-unknown', 'denied', 'unauthorized', 'input-invalid'],
});

export const listReleases = endpoint({
  id: 'listReleases',
  method: 'GET',
  path: '/api/v1/quarantine',
  summary: 'Images that a person holds back or let go, newest first',
  right: 'signed-in',
  query: z.object({ ...listQuery, state: z.enum(['held', 'released']).optional() }),
  answer: listOf(releaseShape),
  errors: ['unauthorized'],
});

const holdShape = z.object({ digest: z.string(), by: z.string(), reason: z.string(), at: time });
const oneHold = z.object({ organisation: organisationName, digest: z.string().max(200) });
const why = z.strictObject({ reason: z.string().min(1).max(1000) });

export const listHolds = endpoint({
  id: 'listHolds',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/holds',
  summary: 'Digests that are held back in every repository of an organisation',
  right: 'signed-in',
  params: z.object({ organisation: organisationName }),
  answer: z.object({ items: z.array(holdShape) }),
  errors: ['not-found', 'unauthorized'],
});

export const holdDigest = endpoint({
  id: 'holdDigest',
  method: 'PUT',
  path: '/api/v1/organisations/{organisation}/holds/{digest}',
  summary: 'Hold a digest back in every repository of an organisation, whether it is there yet or not',
  right: 'signed-in',
  params: oneHold,
  body: why,
  answer: holdShape,
  errors: ['not-found', 'digest-invalid', 'input-invalid', 'denied', 'unauthorized'],
});

export const releaseDigest = endpoint({
  id: 'releaseDigest',
  method: 'POST',
  path: '/api/v1/organisations/{organisation}/holds/{digest}/release',
  summary: 'End the hold on a digest in an organisation',
  right: 'signed-in',
  params: oneHold,
  body: why,
  errors: ['not-found', 'digest-invalid', 'input-invalid', 'denied', 'unauthorized'],
});

export const beginIntake = endpoint({
  id: 'beginIntake',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/intakes',
  summary: 'Hold back by digest what is about to be pushed from elsewhere, so that nobody pulls it before its release',
  right: 'viewer',
  params: z.object({ repository: repositoryParam }),
  body: z.strictObject({
    /** The image, and the images of an index. */
    digests: z.array(z.string().max(200)).min(1).max(500),
    /** Where it comes from, for people. */
    from: z.string().min(1).max(500),
  }),
  maxBodyBytes: 128 * 1024,
  /** Those that are held now; what is here already stays as it is. */
  answer: z.object({ held: z.array(z.string()) }),
  status: 201,
  errors: ['name-unknown', 'name-invalid', 'digest-invalid', 'promotion-only', 'denied', 'unauthorized'],
});

export const endIntake = endpoint({
  id: 'endIntake',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/intakes/{tag}/release',
  summary: 'Let go what was taken in, when no policy is against it; else the answer tells what is',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, tag: z.string().max(128) }),
  answer: z.object({ digest: z.string(), released: z.boolean(), verdicts: z.array(verdictShape) }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'conflict', 'denied', 'unauthorized'],
});
