import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { storageError } from '../../lib/error.ts';
import type { FeedStatus, SetOrigin } from '../../ports/advisory-sets.ts';
import { syncFile } from './feed-file.ts';

const validatorsSchema = z
  .object({ etag: z.string().optional(), lastModified: z.string().optional() })
  .transform(({ etag, lastModified }) => ({ ...(etag && { etag }), ...(lastModified && { lastModified }) }));
const statusSchema = z.object({
  feed: z.string(),
  digest: z.string(),
  records: z.number(),
  withdrawn: z.number().default(0),
  refused: z.number(),
  ecosystems: z.array(z.string()),
  importedAt: z.number(),
  checkedAt: z.number().optional(),
  amendedAt: z.number().optional(),
  newestAt: z.string().optional(),
  licence: z.string(),
  source: z.string().optional(),
  validators: validatorsSchema.optional(),
});
const originSchema = z.object({
  source: z.string(),
  manifest: z.string(),
  createdAt: z.string(),
  checkedAt: z.number(),
  feeds: z.array(z.string()),
});
const currentSchema = z.object({
  schemaVersion: z.literal(1),
  feeds: z.array(statusSchema),
  origins: z.array(originSchema).default([]),
});

/** What is in force: the feeds, and the published sets that some of them came from. */
export interface Current {
  readonly feeds: readonly FeedStatus[];
  readonly origins: readonly SetOrigin[];
}

export function readCurrent(folder: string): Current {
  const path = join(folder, 'current.json');
  if (!existsSync(path)) return { feeds: [], origins: [] };
  const { feeds, origins } = currentSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const statuses = feeds.map(({ checkedAt, amendedAt, source, validators, ...feed }) => ({
    ...feed,
    newestAt: feed.newestAt,
    ...(checkedAt !== undefined && { checkedAt }),
    ...(amendedAt !== undefined && { amendedAt }),
    ...(source !== undefined && { source }),
    ...(validators && { validators }),
  }));
  return { feeds: statuses, origins };
}

/** Puts it in force as a whole: written beside, made durable, renamed. */
export function writeCurrent(folder: string, { feeds, origins }: Current): void {
  const path = join(folder, 'current.json');
  try {
    writeFileSync(
      `${path}.new`,
      JSON.stringify({ schemaVersion: 1, feeds, ...(origins.length > 0 && { origins }) }, null, 2),
      { mode: 0o600 },
    );
    syncFile(`${path}.new`);
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw storageError(error, 'putting the advisory set in force');
  }
}
