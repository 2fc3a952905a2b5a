import { z } from 'zod';
import { lineStates } from '../policy/health/card.ts';
import { grades } from '../policy/health/line.ts';
import { endpoint } from './endpoint.ts';
import { listOf, listQuery, organisationName, repositoryParam, time } from './shapes.ts';

const inImage = z.object({ repository: repositoryParam, reference: z.string().max(200) });
const platformQuery = z.object({ platform: z.string().max(100).optional() });
const grade = z.enum(grades);

export const healthLine = z.object({
  id: z.string(),
  title: z.string(),
  /** `unknown` was not judged and gets no points; `not-applicable` and `off` do not count. */
  state: z.enum(lineStates),
  grade: grade.optional(),
  points: z.number(),
  weight: z.number(),
  statement: z.string(),
  evidence: z.array(z.string()),
  /** The way to a better grade; `means` is what that grade asks for. */
  next: z.object({ grade: grade.optional(), means: z.string().optional(), step: z.string() }).optional(),
});

/** The health card as the API and the command line carry it, version 1; it only grows. */
export const healthShape = z.object({
  schemaVersion: z.literal(1),
  repository: z.string(),
  /** What was asked for: an image or an index. */
  digest: z.string(),
  tag: z.string().optional(),
  /** `unknown` while something essential is not known; `not-applicable` for what is no image. */
  state: z.enum(['judged', 'unknown', 'not-applicable']),
  /** The worst grade of the lines that count; absent unless judged. */
  grade: grade.optional(),
  /** The best that the grade can be once everything is known. */
  atMost: grade,
  score: z.number().int(),
  /** Why there is no grade. */
  reason: z.string().optional(),
  lines: z.array(healthLine),
  /** The image that the lines are of; of an index the worst one. */
  image: z.object({ digest: z.string(), platform: z.string().optional() }),
  /** Of an index: each of its images that is here. */
  images: z
    .array(
      z.object({
        digest: z.string(),
        platform: z.string().optional(),
        grade: grade.optional(),
        score: z.number().int(),
      }),
    )
    .optional(),
  /** Whose profile decides which lines count, and the grade that it asks for. */
  profile: z.object({ organisation: z.string().optional(), minimum: grade.optional() }),
  /** Against the profile's minimum; absent without one, or while there is no grade. */
  goodEnough: z.boolean().optional(),
  judgedAt: time,
  /** The earliest instant at which time alone could change it. */
  validUntil: time.optional(),
});

const errors = ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid'] as const;

export const getHealth = endpoint({
  id: 'getHealth',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/health',
  summary: 'The health card of an image: a grade from A to F, a score, and every line with its evidence and its cure',
  right: 'viewer',
  params: inImage,
  query: platformQuery,
  answer: healthShape,
  errors,
});

export const getHealthBadge = endpoint({
  id: 'getHealthBadge',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/badge.svg',
  summary: 'The grade as a picture; without signing in where the repository is public',
  right: 'viewer',
  params: inImage,
  query: platformQuery,
  stream: 'image/svg+xml',
  embeddable: true,
  errors,
});

export const healthEntry = z.object({
  at: time,
  grade: grade.optional(),
  score: z.number().int(),
  /** Grade of each line that counted; `-` where it was not known. */
  lines: z.record(z.string(), z.string()),
});

export const listHealthHistory = endpoint({
  id: 'listHealthHistory',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/health/history',
  summary: 'How the health of an image went, newest first; an entry where its card changed',
  right: 'viewer',
  params: inImage,
  query: z.object(listQuery),
  answer: listOf(healthEntry),
  errors,
});

const MAX_PROFILE_BYTES = 16 * 1024;

export const healthProfileShape = z.object({
  /** Absent for the profile of the whole house, and where nobody wrote one. */
  organisation: z.string().optional(),
  minimum: grade.optional(),
  /** The YAML as it was written; absent where nobody wrote one. */
  text: z.string().optional(),
  updatedAt: time.optional(),
  updatedBy: z.string().optional(),
  lines: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      /** 0 for a line that is switched off. */
      weight: z.number(),
      plainWeight: z.number(),
      essential: z.boolean(),
      /** What each grade of the line means. */
      means: z.record(z.string(), z.string()),
    }),
  ),
});

const inOrganisation = z.object({ organisation: organisationName.optional() });

export const getHealthProfile = endpoint({
  id: 'getHealthProfile',
  method: 'GET',
  path: '/api/v1/health-profile',
  summary: 'The profile in force in an organisation, or in the house: lines, weights and what each grade means',
  right: 'signed-in',
  query: inOrganisation,
  answer: healthProfileShape,
  errors: ['unauthorized', 'not-found'],
});

export const putHealthProfile = endpoint({
  id: 'putHealthProfile',
  method: 'PUT',
  path: '/api/v1/health-profile',
  summary: 'Put a profile of the health card in force (YAML); it names its organisation, or is the house’s',
  right: 'signed-in',
  body: z.strictObject({ text: z.string().max(MAX_PROFILE_BYTES) }),
  answer: healthProfileShape,
  errors: ['policy-invalid', 'unauthorized', 'denied', 'not-found'],
});

export const deleteHealthProfile = endpoint({
  id: 'deleteHealthProfile',
  method: 'DELETE',
  path: '/api/v1/health-profile',
  summary: 'Take a profile out of force; the house’s counts again, or the plain one',
  right: 'signed-in',
  query: inOrganisation,
  errors: ['not-found', 'denied', 'unauthorized'],
});
