import { z } from 'zod';
import { severities } from '../advisories/advisory.ts';
import { observationKinds } from '../findings/observation.ts';
import { AssayError } from '../../lib/error.ts';
import { type LayerInventory, packageTypes } from './package.ts';
import { MAX_RELATIONS } from './relations.ts';

const text = z.string().max(8192);
const packageSchema = z.object({
  type: z.enum(packageTypes),
  name: z.string().min(1).max(1024),
  version: z.string().max(1024),
  architecture: text.optional(),
  sourceName: text.optional(),
  sourceVersion: text.optional(),
  licences: z.array(text).max(200).optional(),
  namespace: text.optional(),
  module: text.optional(),
  ownedBy: text.optional(),
  dependsOn: z.array(text).max(MAX_RELATIONS).optional(),
  provides: z.array(text).max(MAX_RELATIONS).optional(),
  declared: z.literal(true).optional(),
});
const schema = z.object({
  schemaVersion: z.literal(1),
  analyserVersion: z.string().max(64),
  diffId: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  uncompressedSize: z.number().int().nonnegative(),
  entries: z.number().int().nonnegative(),
  evidence: z.array(z.object({ analyser: text, path: text, packages: z.array(packageSchema) })),
  distributions: z.array(
    z.object({
      path: text,
      distribution: z.object({ id: text, version: text, name: text, codename: text.optional() }),
    }),
  ),
  whiteouts: z.array(text),
  opaque: z.array(text),
  replaced: z.array(text),
  licences: z.array(z.object({ path: text, package: text, licences: z.array(text).max(200) })).optional(),
  repositories: z.array(z.object({ path: text, names: z.array(text).max(500) })).optional(),
  links: z.array(z.object({ path: text, target: text })).optional(),
  observations: z
    .array(
      z.object({
        kind: z.enum(observationKinds),
        id: z.string().max(100),
        title: text,
        severity: z.enum(severities),
        path: text,
        line: z.number().int().positive().optional(),
        detail: text.optional(),
        fingerprint: z.string().max(64).optional(),
        cure: text.optional(),
        aliases: z.array(text).max(20).optional(),
        references: z.array(text).max(20).optional(),
      }),
    )
    .max(20_000)
    .optional(),
  files: z
    .object({
      count: z.number().int().nonnegative(),
      bytes: z.number().nonnegative(),
      largest: z.array(z.object({ path: text, size: z.number().nonnegative() })).max(100),
    })
    .optional(),
  scannedBy: z.string().max(64).optional(),
  incomplete: z.array(
    z.object({
      code: z.enum(['budget-exceeded', 'malformed', 'unsupported', 'encrypted', 'unavailable']),
      path: text.optional(),
      detail: text,
    }),
  ),
});

/** Reads an inventory that came from the analysis process or from storage; throws `analysis-failed`. */
export function parseLayerInventory(value: unknown): LayerInventory {
  const result = schema.safeParse(value);
  if (result.success) return result.data as LayerInventory;
  const issue = result.error.issues[0];
  throw new AssayError(
    'analysis-failed',
    `the inventory of a layer is not valid at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`,
  );
}
