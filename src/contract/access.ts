import { z } from 'zod';
import { actions } from '../access/roles.ts';
import { endpoint } from './endpoint.ts';
import { organisationName, principal, role, simpleName, time } from './shapes.ts';

const action = z.enum(actions);
const inOrganisation = z.object({ organisation: organisationName });

const organisation = z.object({
  name: z.string(),
  description: z.string(),
  createdAt: time,
  maxBytes: z.number().int().optional(),
});

export const listOrganisations = endpoint({
  id: 'listOrganisations',
  method: 'GET',
  path: '/api/v1/organisations',
  summary: 'Organisations in which one holds a role or is in a team',
  right: 'signed-in',
  answer: z.object({ items: z.array(organisation) }),
  errors: ['unauthorized'],
});

export const createOrganisation = endpoint({
  id: 'createOrganisation',
  method: 'POST',
  path: '/api/v1/organisations',
  summary: 'Create an organisation',
  right: 'administrator',
  body: z.strictObject({ name: organisationName, description: z.string().max(1000).default('') }),
  answer: organisation,
  status: 201,
  errors: ['name-invalid', 'already-exists', 'denied', 'unauthorized'],
});

export const getOrganisation = endpoint({
  id: 'getOrganisation',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}',
  summary: 'One organisation: what it stores, what one may do there',
  right: 'signed-in',
  params: inOrganisation,
  answer: organisation.extend({
    /** Bytes that its repositories hold; a blob counts once in each. */
    usedBytes: z.number().int(),
    rights: z.array(action),
  }),
  errors: ['not-found', 'unauthorized'],
});

export const updateOrganisation = endpoint({
  id: 'updateOrganisation',
  method: 'PATCH',
  path: '/api/v1/organisations/{organisation}',
  summary: 'Change description, or (administrators) how much it may store; null lifts the limit',
  right: 'signed-in',
  params: inOrganisation,
  body: z.strictObject({
    description: z.string().max(1000).optional(),
    maxBytes: z.number().int().min(0).nullable().optional(),
  }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const deleteOrganisation = endpoint({
  id: 'deleteOrganisation',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}',
  summary: 'Delete an organisation that has no repositories',
  right: 'administrator',
  params: inOrganisation,
  errors: ['not-found', 'conflict', 'denied', 'unauthorized'],
});

const grant = z.object({ account: z.string(), role, actions: z.array(action) });

export const listOrganisationGrants = endpoint({
  id: 'listOrganisationGrants',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/grants',
  summary: 'Who holds which role on the whole organisation; team:NAME is a team',
  right: 'signed-in',
  params: inOrganisation,
  answer: z.object({ items: z.array(grant) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const setOrganisationGrant = endpoint({
  id: 'setOrganisationGrant',
  method: 'PUT',
  path: '/api/v1/organisations/{organisation}/grants/{account}',
  summary: 'Give an account, or team:NAME, a role on the whole organisation',
  right: 'signed-in',
  params: z.object({ organisation: organisationName, account: principal }),
  body: z.strictObject({ role }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const removeOrganisationGrant = endpoint({
  id: 'removeOrganisationGrant',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/grants/{account}',
  summary: 'Take a role on the organisation away',
  right: 'signed-in',
  params: z.object({ organisation: organisationName, account: principal }),
  errors: ['not-found', 'denied', 'unauthorized'],
});

const customRole = z.object({ name: z.string(), description: z.string(), actions: z.array(action) });

export const listRoles = endpoint({
  id: 'listRoles',
  method: 'GET',
  path: '/api/v1/organisations/{organisation}/roles',
  summary: 'Roles: the built-in ones and the organisation’s own',
  right: 'signed-in',
  params: inOrganisation,
  answer: z.object({ items: z.array(customRole.extend({ builtIn: z.boolean() })) }),
  errors: ['not-found', 'unauthorized'],
});

export const putRole = endpoint({
  id: 'putRole',
  method: 'PUT',
  path: '/api/v1/organisations/{organisation}/roles/{name}',
  summary: 'Make a role of the organisation’s own, or change it for all who hold it',
  right: 'signed-in',
  params: z.object({ organisation: organisationName, name: simpleName }),
  /** Administering the organisation is the owner's alone. */
  body: z.strictObject({
    description: z.string().max(1000).default(''),
    actions: z
      .array(action.exclude(['administer']))
      .min(1)
      .max(actions.length),
  }),
  errors: ['not-found', 'name-invalid', 'denied', 'unauthorized'],
});

export const deleteRole = endpoint({
  id: 'deleteRole',
  method: 'DELETE',
  path: '/api/v1/organisations/{organisation}/roles/{name}',
  summary: 'Delete a role that nobody holds',
  right: 'signed-in',
  params: z.object({ organisation: organisationName, name: simpleName }),
  errors: ['not-found', 'conflict', 'denied', 'unauthorized'],
});

const tagRule = z.object({
  id: z.string(),
  kind: z.enum(['immutable', 'protected']),
  pattern: z.string(),
  createdAt: time,
  createdBy: z.string(),
});
const inRepository = z.object({ repository: z.string().min(1).max(255) });

export const listTagRules = endpoint({
  id: 'listTagRules',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/tag-rules',
  summary: 'Which tags are immutable or protected',
  right: 'viewer',
  params: inRepository,
  answer: z.object({ items: z.array(tagRule) }),
  errors: ['name-unknown'],
});

export const createTagRule = endpoint({
  id: 'createTagRule',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/tag-rules',
  summary:
    'Make the tags that match a pattern immutable (nobody moves or deletes them) or protected (maintainers only)',
  right: 'signed-in',
  params: inRepository,
  body: z.strictObject({ kind: z.enum(['immutable', 'protected']), pattern: z.string().min(1).max(128) }),
  answer: tagRule,
  status: 201,
  errors: ['name-unknown', 'input-invalid', 'already-exists', 'denied', 'unauthorized'],
});

export const deleteTagRule = endpoint({
  id: 'deleteTagRule',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}/tag-rules/{id}',
  summary: 'Lift a rule for tags',
  right: 'signed-in',
  params: inRepository.extend({ id: z.string().max(64) }),
  errors: ['name-unknown', 'not-found', 'denied', 'unauthorized'],
});

const reason = z.object({
  gives: z.array(action),
  /** What gives the right: a role by name, a team, the organisation, being public. */
  because: z.string(),
});

export const explainAccess = endpoint({
  id: 'explainAccess',
  method: 'GET',
  path: '/api/v1/access/why',
  summary: 'Why one may, or may not, do something to a repository; of others for those who manage it',
  right: 'signed-in',
  query: z.object({
    repository: z.string().min(1).max(255),
    action: action.default('push'),
    account: z.string().max(170).optional(),
  }),
  answer: z.object({
    allowed: z.boolean(),
    /** One sentence: the answer with its reason. */
    answer: z.string(),
    reasons: z.array(reason),
    cure: z.string().optional(),
  }),
  errors: ['name-unknown', 'not-found', 'denied', 'unauthorized'],
});

export const listDroppedScopes = endpoint({
  id: 'listDroppedScopes',
  method: 'GET',
  path: '/api/v1/access/dropped',
  summary: 'What one’s clients asked for at the token endpoint and did not get, newest first, since the server started',
  right: 'signed-in',
  answer: z.object({
    items: z.array(
      z.object({
        at: time,
        scope: z.string(),
        given: z.array(z.string()),
        dropped: z.array(z.string()),
        why: z.string(),
      }),
    ),
  }),
  errors: ['unauthorized'],
});
