import { z } from 'zod';
import { justifications, vexStatuses } from '../content/vex/write-openvex.ts';
import { endpoint } from './endpoint.ts';
import { repositoryParam, time } from './shapes.ts';

const inImage = z.object({ repository: repositoryParam, reference: z.string().max(200) });
const MAX_DOCUMENT = 8 * 1024 * 1024;

/** A statement about a vulnerability of an image, in OpenVEX's words. */
export const statementShape = z.object({
  id: z.string(),
  digest: z.string(),
  vulnerability: z.string(),
  aliases: z.array(z.string()),
  status: z.enum(vexStatuses),
  justification: z.string().optional(),
  /** Impact, action or notes. */
  words: z.string().optional(),
  /** Package URLs; empty: the whole image. */
  packages: z.array(z.string()),
  author: z.string(),
  statedAt: time,
  recordedBy: z.string(),
  recordedAt: time,
  withdrawn: z.object({ by: z.string(), at: time }).optional(),
});

const errors = ['name-unknown', 'manifest-unknown', 'unsupported'] as const;
const changes = [...errors, 'denied', 'unauthorized', 'input-invalid'] as const;

export const listStatements = endpoint({
  id: 'listStatements',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/vex',
  summary: 'What was said of vulnerabilities of an image (VEX), newest first, withdrawn statements too',
  right: 'viewer',
  params: inImage,
  answer: z.object({ items: z.array(statementShape) }),
  errors,
});

export const getVexDocument = endpoint({
  id: 'getVexDocument',
  method: 'GET',
  path: '/api/v1/repositories/{repository}/images/{reference}/vex/document',
  summary: 'The statements in force as one OpenVEX 0.2.0 document',
  right: 'viewer',
  params: inImage,
  answer: z.record(z.string(), z.unknown()),
  errors: [...errors, 'not-found'],
});

export const addStatement = endpoint({
  id: 'addStatement',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/images/{reference}/vex',
  summary: 'Say whether a vulnerability affects an image, and why; published beside it for other scanners',
  right: 'viewer',
  params: inImage,
  body: z.strictObject({
    vulnerability: z.string().trim().min(3).max(200),
    status: z.enum(vexStatuses),
    justification: z.enum(justifications).optional(),
    words: z.string().max(4000).optional(),
    /** Package URLs; every package that has the vulnerability when absent. */
    packages: z.array(z.string().startsWith('pkg:').max(500)).max(500).optional(),
  }),
  answer: statementShape,
  status: 201,
  errors: changes,
});

export const takeStatements = endpoint({
  id: 'takeStatements',
  method: 'POST',
  path: '/api/v1/repositories/{repository}/images/{reference}/vex/document',
  summary: 'Take in what a VEX document (OpenVEX, CSAF, CycloneDX, or an attestation of one) says of an image',
  right: 'viewer',
  params: inImage,
  body: z.strictObject({ document: z.string().max(MAX_DOCUMENT) }),
  maxBodyBytes: 2 * MAX_DOCUMENT,
  answer: z.object({
    items: z.array(statementShape),
    /** Statements of the document that are about other images or packages. */
    others: z.number().int(),
  }),
  status: 201,
  errors: [...changes, 'content-malformed', 'content-budget-exceeded'],
});

export const withdrawStatement = endpoint({
  id: 'withdrawStatement',
  method: 'DELETE',
  path: '/api/v1/repositories/{repository}/images/{reference}/vex/{id}',
  summary: 'Withdraw a statement: the finding counts again',
  right: 'viewer',
  params: inImage.extend({ id: z.string().max(100) }),
  errors: [...changes, 'not-found'],
});
