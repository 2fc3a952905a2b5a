import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listOf, listQuery, time } from './shapes.ts';

const entry = z.object({
  id: z.string(),
  /** Its place in the chain; absent for less than a second. */
  seq: z.number().int().optional(),
  at: time,
  actor: z.string(),
  address: z.string().optional(),
  requestId: z.string().optional(),
  via: z.string().optional(),
  action: z.string(),
  object: z.string(),
  organisation: z.string().optional(),
  /** JSON text: any value, as it was written. */
  before: z.string().optional(),
  after: z.string().optional(),
  occurrences: z.number().int(),
});

export const listAudit = endpoint({
  id: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Who changed what, newest first: all for administrators, else where one holds the right audit',
  right: 'signed-in',
  query: z.object({
    ...listQuery,
    actor: z.string().max(170).optional(),
    /** Beginning of the action: `grant`, `denied`, `tag.moved`. */
    action: z.string().max(100).optional(),
    /** Part of the object's name. */
    object: z.string().max(300).optional(),
    organisation: z.string().max(100).optional(),
    since: time.optional(),
    until: time.optional(),
  }),
  answer: listOf(entry),
  errors: ['unauthorized', 'input-invalid'],
});

export const exportAudit = endpoint({
  id: 'exportAudit',
  method: 'GET',
  path: '/api/v1/audit/export',
  summary:
    'The whole chain as JSON lines: the key, the seals, the entries as they were hashed; assay audit verify reads it',
  right: 'administrator',
  stream: 'application/x-ndjson',
  errors: ['denied', 'unauthorized'],
});

export const verifyAudit = endpoint({
  id: 'verifyAudit',
  method: 'GET',
  path: '/api/v1/audit/verification',
  summary: 'Follow the chain: is every entry the one that was written, in its place, up to the last?',
  right: 'administrator',
  answer: z.object({
    entries: z.number().int(),
    first: z.number().int(),
    last: z.number().int(),
    hash: z.string(),
    sealed: z.number().int(),
    key: z.string(),
    problems: z.array(z.object({ code: z.string(), seq: z.number().int(), detail: z.string() })),
  }),
  errors: ['denied', 'unauthorized'],
});
