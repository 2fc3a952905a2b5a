import { z } from 'zod';
import { gates } from '../policy/facts.ts';
import { modes } from '../policy/rule.ts';
import { resultStates } from '../policy/verdict.ts';
import { endpoint } from './endpoint.ts';
import { listOf, listQuery, repositoryParam, time } from './shapes.ts';

const MAX_POLICY_BYTES = 300 * 1024;
const named = z.object({ name: z.string().max(63) });
/** Absent for the policies of the whole house. */
const inOrganisation = z.object({ organisation: z.string().max(100).optional() });

const ruleShape = z.object({
  id: z.string(),
  /** The expression that decides (Common Expression Language). */
  expression: z.string(),
  unscanned: z.enum(['deny', 'allow']),
});

export const policyShape = z.object({
  name: z.string(),
  organisation: z.string().optional(),
  description: z.string(),
  mode: z.enum(modes),
  gates: z.array(z.enum(gates)),
  rules: z.array(ruleShape),
  text: z.string(),
  version: z.number().int(),
  updatedAt: time,
  updatedBy: z.string(),
});

export const listPolicies = endpoint({
  id: 'listPolicies',
  method: 'GET',
  path: '/api/v1/policies',
  summary: 'Policies that rule in an organisation, those of the house included; all of them for administrators',
  right: 'signed-in',
  query: inOrganisation,
  answer: z.object({ items: z.array(policyShape) }),
  errors: ['unauthorized', 'denied', 'not-found'],
});

export const applyPolicies = endpoint({
  id: 'applyPolicies',
  method: 'PUT',
  path: '/api/v1/policies',
  summary: 'Put every policy of a YAML file in force, all or none',
  right: 'signed-in',
  body: z.strictObject({ text: z.string().max(MAX_POLICY_BYTES) }),
  maxBodyBytes: 2 * MAX_POLICY_BYTES,
  answer: z.object({ items: z.array(policyShape.extend({ changed: z.boolean() })) }),
  errors: ['policy-invalid', 'unauthorized', 'denied', 'not-found'],
});

export const checkPolicies = endpoint({
  id: 'checkPolicies',
  method: 'POST',
  path: '/api/v1/policies/check',
  summary: 'Read a policy file and show its compiled expressions; nothing is put in force',
  right: 'signed-in',
  body: z.strictObject({ text: z.string().max(MAX_POLICY_BYTES) }),
  maxBodyBytes: 2 * MAX_POLICY_BYTES,
  answer: z.object({
    items: z.array(policyShape.omit({ text: true, version: true, updatedAt: true, updatedBy: true })),
  }),
  errors: ['policy-invalid', 'unauthorized'],
});

export const getPolicy = endpoint({
  id: 'getPolicy',
  method: 'GET',
  path: '/api/v1/policies/{name}',
  summary: 'One policy as it is in force',
  right: 'signed-in',
  params: named,
  query: inOrganisation,
  answer: policyShape,
  errors: ['not-found', 'unauthorized'],
});

export const listPolicyVersions = endpoint({
  id: 'listPolicyVersions',
  method: 'GET',
  path: '/api/v1/policies/{name}/versions',
  summary: 'Every text that a policy has had, newest first',
  right: 'signed-in',
  params: named,
  query: inOrganisation,
  answer: z.object({
    items: z.array(z.object({ version: z.number().int(), text: z.string(), updatedAt: time, updatedBy: z.string() })),
  }),
  errors: ['not-found', 'unauthorized'],
});

export const deletePolicy = endpoint({
  id: 'deletePolicy',
  method: 'DELETE',
  path: '/api/v1/policies/{name}',
  summary: 'Take a policy out of force; its history stays',
  right: 'signed-in',
  params: named,
  query: inOrganisation,
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const ruleResult = z.object({
  policy: z.string(),
  rule: z.string(),
  mode: z.enum(modes),
  state: z.enum(resultStates),
  digest: z.string(),
  platform: z.string().optional(),
  statement: z.string(),
  evidence: z.array(z.string()),
  cure: z.string(),
  expression: z.string(),
  gap: z.string().optional(),
  exception: z.object({ id: z.string(), owner: z.string(), reason: z.string(), expiresAt: time }).optional(),
});

/** A verdict as the API, the command line and signed decisions carry it, version 1; it only grows. */
export const verdictShape = z.object({
  schemaVersion: z.literal(1),
  outcome: z.enum(['allow', 'deny']),
  gate: z.enum(gates),
  repository: z.string(),
  digest: z.string(),
  tag: z.string().optional(),
  /** What a client shows its user. */
  line: z.string(),
  results: z.array(ruleResult),
  /** Seconds after which asking again may help. */
  retryAfter: z.number().int().optional(),
  /** The earliest instant at which time alone could change the answer. */
  validUntil: time.optional(),
  key: z.object({ subject: z.string(), facts: z.string(), rules: z.string(), request: z.string() }),
});

export const decide = endpoint({
  id: 'decide',
  method: 'POST',
  path: '/api/v1/decisions',
  summary: 'The verdict on an image at a gate, with every rule that was asked; under other policies, if some are given',
  right: 'viewer',
  body: z.strictObject({
    gate: z.enum(gates),
    repository: repositoryParam,
    reference: z.string().max(200),
    platform: z.string().max(100).optional(),
    /** A policy file that is tried in place of the policies in force. */
    policies: z.string().max(MAX_POLICY_BYTES).optional(),
    /** Signs the answer, for gates that ask while they can and decide by it while they cannot. */
    signed: z.boolean().optional(),
  }),
  maxBodyBytes: 2 * MAX_POLICY_BYTES,
  answer: verdictShape.extend({ decision: z.string().optional() }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid', 'policy-invalid', 'unauthorized'],
});

export const getVerdicts = endpoint({
  id: 'getVerdicts',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/verdicts',
  summary: 'The verdict on an image at each gate, for whoever asks',
  right: 'viewer',
  params: z.object({ repository: repositoryParam, reference: z.string().max(200) }),
  answer: z.object({ items: z.array(verdictShape) }),
  errors: ['name-unknown', 'manifest-unknown', 'tag-invalid', 'digest-invalid', 'unauthorized'],
});

export const denialShape = z.object({
  id: z.string(),
  /** The whole name of an image that is in no repository here. */
  repository: z.string(),
  /** Absent for an image that is in no repository here. */
  digest: z.string().optional(),
  tag: z.string().optional(),
  gate: z.string(),
  actor: z.string(),
  policy: z.string(),
  rule: z.string(),
  mode: z.string(),
  statement: z.string(),
  firstAt: time,
  lastAt: time,
  count: z.number().int(),
});

export const listDenials = endpoint({
  id: 'listDenials',
  method: 'GET',
  path: '/api/v1/denials',
  summary: 'What gates refused, warned of or would have refused, newest first',
  right: 'signed-in',
  query: z.object({
    ...listQuery,
    repository: z.string().max(255).optional(),
    gate: z.enum(gates).optional(),
  }),
  answer: listOf(denialShape),
  errors: ['unauthorized'],
});

export const getDenial = endpoint({
  id: 'getDenial',
  method: 'GET',
  path: '/api/v1/denials/{id}',
  summary: 'One refusal with the verdict of its last time',
  right: 'signed-in',
  params: z.object({ id: z.string().max(40) }),
  answer: denialShape.extend({ verdict: verdictShape.optional() }),
  errors: ['not-found', 'unauthorized'],
});

export const exceptionScope = z.strictObject({
  /** Glob over repository names. */
  repository: z.string().min(1).max(300),
  digest: z.string().max(200).optional(),
  policy: z.string().max(63).optional(),
  rule: z.string().max(63).optional(),
  vulnerability: z.string().max(60).optional(),
  gates: z.array(z.enum(gates)).min(1).optional(),
});

export const exceptionShape = z.object({
  id: z.string(),
  kind: z.enum(['exception', 'break-glass']),
  organisation: z.string().optional(),
  owner: z.string(),
  reason: z.string(),
  ticket: z.string().optional(),
  scope: exceptionScope,
  createdAt: time,
  expiresAt: time,
  inForce: z.boolean(),
});

export const listExceptions = endpoint({
  id: 'listExceptions',
  method: 'GET',
  path: '/api/v1/exceptions',
  summary: 'Exceptions of an organisation or of the house, newest first',
  right: 'signed-in',
  query: inOrganisation,
  answer: z.object({ items: z.array(exceptionShape) }),
  errors: ['unauthorized', 'not-found'],
});

export const addException = endpoint({
  id: 'addException',
  method: 'POST',
  path: '/api/v1/exceptions',
  summary: 'Let something through for a reason and until a day; break-glass for a day at most, with a ticket',
  right: 'signed-in',
  body: z.strictObject({
    kind: z.enum(['exception', 'break-glass']).default('exception'),
    organisation: z.string().max(100).optional(),
    reason: z.string().min(1).max(1000),
    ticket: z.string().max(200).optional(),
    scope: exceptionScope,
    expiresAt: time,
  }),
  answer: exceptionShape,
  status: 201,
  errors: ['unauthorized', 'denied', 'not-found', 'input-invalid'],
});

export const endException = endpoint({
  id: 'endException',
  method: 'DELETE',
  path: '/api/v1/exceptions/{id}',
  summary: 'End an exception before its time',
  right: 'signed-in',
  params: z.object({ id: z.string().max(40) }),
  errors: ['not-found', 'denied', 'unauthorized'],
});
