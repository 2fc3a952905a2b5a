import { z } from 'zod';
import { actions } from '../access/roles.ts';
import { grades } from '../policy/health/line.ts';
import { endpoint } from './endpoint.ts';
import { judgement, listOf, listQuery, repositoryParam, role, time, visibility } from './shapes.ts';
import { trustMark } from './trust.ts';

/** Of the health card, as it was noted last. */
const grade = z.enum(grades);

const inRepository = z.object({ repository: repositoryParam });

export const repository = z.object({
  name: z.string(),
  visibility,
  description: z.string(),
  createdAt: time,
  rights: z.array(z.enum(actions)),
});

const repositoryItem = z.object({
  name: z.string(),
  visibility,
  description: z.string(),
  tags: z.number().int(),
  updatedAt: time,
  newest: z
    .object({ tag: z.string(), digest: z.string(), judgement, trust: trustMark.optional(), grade: grade.optional() })
    .optional(),
});

export const listRepositories = endpoint({
  id: 'listRepositories',
  method: 'GET',
  path: '/api/v1/repositories',
  summary: 'Repositories one may pull from, by name',
  right: 'viewer',
  query: z.object({
    ...listQuery,
    search: z.string().max(255).optional(),
    /** `worst` puts first what the newest tag's findings make most urgent. */
    sort: z.enum(['name', 'worst']).default('name'),
  }),
  /** `sort` is the order that the rows have: by name when there are too many to be ordered otherwise. */
  answer: listOf(repositoryItem).extend({ total: z.number().int(), sort: z.enum(['name', 'worst']) }),
  errors: [],
});

export const createRepository = endpoint({
  id: 'createRepository',
  method: 'POST',
  path: '/api/v1/repositories',
  summary: 'Create an empty repository',
  right: 'signed-in',
  body: z.strictObject({
    name: repositoryParam,
    visibility: visibility.default('private'),
    description: z.string().max(1000).default(''),
  }),
  answer: repository,
  status: 201,
  errors: ['name-invalid', 'name-reserved', 'already-exists', 'denied', 'unauthorized'],
});

export const getRepository = endpoint({
  id: 'getRepository',
  method: 'GET',
  path: '/api/v1/repositories/{repository}',
  summary: 'One repository',
  right: 'viewer',
  params: inRepository,
  answer: repository,
  errors: ['name-unknown'],
});

export const updateRepository = endpoint({
  id: 'updateRepository',
  method: 'PATCH',
  path: '/api/v1/repositories/{repository}',
  summary: 'Change visibility or description',
  right: 'signed-in',
  params: inRepository,
  body: z.strictObject({ visibility: visibility.optional(), description: z.string().max(1000).optional() }),
  answer: repository,
  errors: ['name-unknown', 'denied', 'unauthorized'],
});

export const renameRepository = endpoint({
  id: 'renameRepository',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/rename',
  summary: 'Give a repository another name in its organisation; pulls of the old name go on for 90 days',
  right: 'signed-in',
  params: inRepository,
  body: z.strictObject({
    name: repositoryParam,
    /** That signatures stay with the old name is understood. */
    withTrust: z.boolean().default(false),
  }),
  answer: repository,
  errors: [
    'name-unknown',
    'name-invalid',
    'name-reserved',
    'input-invalid',
    'already-exists',
    'denied',
    'unauthorized',
    'trust-present',
  ],
});

export const deleteRepository = endpoint({
  id: 'deleteRepository',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}',
  summary: 'Delete a repository with everything in it; trust data only when that is confirmed too',
  right: 'signed-in',
  params: inRepository,
  query: z.object({ withTrust: z.stringbool().default(false) }),
  errors: ['name-unknown', 'denied', 'unauthorized', 'trust-present'],
});

const tag = z.object({
  name: z.string(),
  digest: z.string(),
  kind: z.enum(['image', 'index']),
  size: z.number().int(),
  updatedAt: time,
  updatedBy: z.string(),
  /** How often the tag came to name another digest. */
  moves: z.number().int(),
  judgement,
  trust: trustMark.optional(),
  grade: grade.optional(),
});

export const listTags = endpoint({
  id: 'listTags',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/tags',
  summary: 'Tags of a repository with what was found in each',
  right: 'viewer',
  params: inRepository,
  query: z.object({
    ...listQuery,
    search: z.string().max(128).optional(),
    sort: z.enum(['name', 'newest']).default('name'),
  }),
  answer: listOf(tag).extend({ sort: z.enum(['name', 'newest']) }),
  errors: ['name-unknown'],
});

export const deleteTag = endpoint({
  id: 'deleteTag',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}/tags/{tag}',
  summary: 'Delete a tag; the manifest stays',
  right: 'signed-in',
  params: z.object({ repository: repositoryParam, tag: z.string().max(128) }),
  errors: ['name-unknown', 'manifest-unknown', 'denied', 'unauthorized'],
});

export const tagHistory = endpoint({
  id: 'tagHistory',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/tags/{tag}/history',
  summary: 'What the tag named before, newest first',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, tag: z.string().max(128) }),
  answer: z.object({
    items: z.array(
      z.object({
        digest: z.string().optional(),
        previous: z.string().optional(),
        changedAt: time,
        changedBy: z.string(),
      }),
    ),
  }),
  errors: ['name-unknown'],
});

const grant = z.object({ account: z.string(), role, on: z.enum(['repository', 'organisation']) });

export const listGrants = endpoint({
  id: 'listGrants',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/grants',
  summary: 'Who holds which role on the repository',
  right: 'signed-in',
  params: inRepository,
  answer: z.object({ items: z.array(grant) }),
  errors: ['name-unknown', 'denied', 'unauthorized'],
});

export const setGrant = endpoint({
  id: 'setGrant',
  method: 'PUT',
  path: '/api/v1/repositories/{repository}/grants/{account}',
  summary: 'Give an account, or team:NAME, a role on the repository',
  right: 'signed-in',
  params: z.object({ repository: repositoryParam, account: z.string().max(170) }),
  body: z.strictObject({ role }),
  errors: ['name-unknown', 'not-found', 'denied', 'unauthorized'],
});

export const removeGrant = endpoint({
  id: 'removeGrant',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}/grants/{account}',
  summary: 'Take a role on the repository away',
  right: 'signed-in',
  params: z.object({ repository: repositoryParam, account: z.string().max(170) }),
  errors: ['name-unknown', 'not-found', 'denied', 'unauthorized'],
});
