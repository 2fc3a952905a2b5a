import { z } from 'zod';
import { AssayError } from '../../../lib/error.ts';
import { parseStrictJson } from '../../../lib/strict-json.ts';

/** An API server sends at most the object before and after, each below etcd's 1.5 MiB by default. */
export const MAX_REVIEW_BYTES = 8 * 1024 * 1024;
const LIMITS = { maxBytes: MAX_REVIEW_BYTES, maxDepth: 150, maxValues: 500_000 } as const;
const VERSION = 'admission.k8s.io/v1';

const groupVersionKind = z.object({ group: z.string(), version: z.string(), kind: z.string() });

const review = z.object({
  apiVersion: z.literal(VERSION),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(200),
    kind: groupVersionKind,
    subResource: z.string().optional(),
    name: z.string().optional(),
    namespace: z.string().optional(),
    operation: z.string(),
    object: z.unknown().optional(),
    oldObject: z.unknown().optional(),
    dryRun: z.boolean().nullish(),
  }),
});

/** What an API server asks (admission.k8s.io/v1, AdmissionRequest). */
export type AdmissionRequest = z.output<typeof review>['request'];

/** Reads an AdmissionReview; throws `json-invalid` or `input-invalid`. */
export function readReview(bytes: Uint8Array): AdmissionRequest {
  const value = parseStrictJson(bytes, LIMITS);
  const found = review.safeParse(value);
  if (found.success) return found.data.request;
  const [issue] = found.error.issues;
  throw new AssayError(
    'input-invalid',
    `no AdmissionReview of ${VERSION}: /${issue?.path.join('/')}: ${issue?.message}`,
  );
}

export interface AdmissionPatch {
  readonly op: 'replace';
  readonly path: string;
  readonly value: string;
}

export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly message?: string;
  /** Of a refusal; 403 for a decision, 500 when none could be made. */
  readonly code?: 400 | 403 | 413 | 500;
  readonly warnings?: readonly string[];
  readonly patch?: readonly AdmissionPatch[];
}

/** Longest message, warning, and number of warnings: an API server cuts or drops what is longer. */
const MAX_MESSAGE = 2000;
const MAX_WARNING = 250;
const MAX_WARNINGS = 12;

/** The answer as the API server reads it (AdmissionResponse); status 200 goes with it whatever it says. */
export function renderReview(uid: string, answer: AdmissionAnswer): unknown {
  const { allowed, message, code, warnings = [], patch = [] } = answer;
  return {
    apiVersion: VERSION,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(!allowed && {
        status: {
          metadata: {},
          status: 'Failure',
          reason: code === 403 ? 'Forbidden' : code === 500 ? 'InternalError' : 'BadRequest',
          code: code ?? 403,
          message: (message ?? 'refused').slice(0, MAX_MESSAGE),
        },
      }),
      ...(warnings.length > 0 && {
        warnings: warnings.slice(0, MAX_WARNINGS).map((each) => each.slice(0, MAX_WARNING)),
      }),
      ...(allowed &&
        patch.length > 0 && {
          patchType: 'JSONPatch',
          patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
        }),
    },
  };
}
