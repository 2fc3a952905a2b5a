import { z } from 'zod';
import { severities } from '../content/advisories/advisory.ts';

/** Shapes that several endpoints share. Times are RFC 3339 UTC, sizes bytes, absent means not known. */
export const time = z.iso.datetime();
export const repositoryParam = z.string().min(1).max(255);
export const listQuery = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(1024).optional(),
};

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export const severity = z.enum(severities);
export const severityCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  negligible: z.number().int(),
  unknown: z.number().int(),
});
export const visibility = z.enum(['private', 'public']);
/** A built-in role or one that an organisation made. */
export const role = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'the name of a role');

/** What a token may be used for at most. */
export const limits = z
  .array(
    z.strictObject({
      repository: z.string().min(1).max(255).optional(),
      organisation: z.string().min(1).max(100).optional(),
      actions: z.array(z.enum(['pull', 'push', 'delete', 'sign', 'audit', 'inspect'])).min(1),
    }),
  )
  .min(1)
  .max(50);

/** Where the analysis of an image stands; `unknown` verdicts are never drawn as clean. */
export const analysisState = z.enum(['waiting', 'running', 'complete', 'incomplete', 'failed', 'not-applicable']);

export const judgement = z.object({
  state: analysisState,
  counts: severityCounts.optional(),
  fixable: severityCounts.optional(),
  packages: z.number().int().optional(),
  /** Packages that no imported feed speaks of. */
  unjudged: z.number().int().optional(),
  judgedAt: time.optional(),
  detail: z.string().optional(),
});

export const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() });

export const organisationName = z.string().min(1).max(100);
/** Name of a team, a role or a robot within its organisation. */
export const simpleName = z.string().min(1).max(64);
/** An account, or `team:NAME`. */
export const principal = z.string().min(1).max(170);
