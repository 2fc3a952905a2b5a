import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { worldStates } from './gate-world.ts';

const state = z.enum(worldStates);
const pullForm = z.strictObject({
  get: z.enum(['manifest', 'layer', 'config', 'child']).optional(),
  head: z.enum(['manifest', 'layer']).optional(),
  mount: z.literal('layer').optional(),
  image: state,
  by: z.literal('digest').optional(),
  child: z.number().optional(),
  as: z.string().default('reader'),
  query: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  exception: z.string().optional(),
  after: z.string().optional(),
});
const deployForm = z.strictObject({
  kind: z.string().default('Pod'),
  apiVersion: z.string().default('v1'),
  object: z.record(z.string(), z.unknown()).optional(),
  pod: z.record(z.string(), z.unknown()).nullish(),
  oldPod: z.record(z.string(), z.unknown()).optional(),
  raw: z.string().optional(),
  operation: z.string().default('CREATE'),
  subResource: z.string().optional(),
  namespace: z.string().default('default'),
  dryRun: z.boolean().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  padding: z.number().optional(),
  exception: z.string().optional(),
  after: z.string().optional(),
});
const engineForm = z.strictObject({
  create: z.record(z.string(), z.unknown()).optional(),
  call: z
    .strictObject({
      method: z.string(),
      uri: z.string(),
      type: z.string().default(''),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().nullish(),
    })
    .optional(),
  tag: z.strictObject({ of: z.string(), as: z.string() }).optional(),
  after: z.string().optional(),
  server: z.literal('away').optional(),
  decision: z.string().optional(),
});
const pushForm = z.strictObject({
  put: z.enum(['image', 'index', 'chimera', ...worldStates]),
  by: z.literal('digest').optional(),
  of: z.array(state).optional(),
  user: z.string().optional(),
  config: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  /** Who reads it at once. */
  read: z.enum(['reader', 'publisher']).optional(),
});
const tries = <S extends z.ZodType>(form: S) =>
  z.array(z.strictObject({ name: z.string(), source: z.string().optional(), attempt: form, twin: form }));
/** Attempts to get past each gate, with their benign twins. */
export const bypasses = z
  .object({ pull: tries(pullForm), deploy: tries(deployForm), run: tries(engineForm), push: tries(pushForm) })
  .parse(parse(readFileSync(join(import.meta.dirname, 'fixtures/policy/bypasses.yaml'), 'utf8')));

export type PullAttempt = z.output<typeof pullForm>;
export type DeployAttempt = z.output<typeof deployForm>;
export type EngineAttempt = z.output<typeof engineForm>;
export type PushAttempt = z.output<typeof pushForm>;
