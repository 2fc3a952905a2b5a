import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { listOf, time } from './shapes.ts';

const count = z.number().int().nonnegative();

/** One line of an fsck under way; the last one is the summary, or `failed` when it could not go on. */
export const fsckLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), stage: z.string(), done: count, total: count }),
  z.object({
    kind: z.literal('problem'),
    weight: z.enum(['damage', 'leftover']),
    code: z.string(),
    subject: z.string(),
    repaired: z.boolean(),
  }),
  z.object({
    kind: z.literal('summary'),
    blobs: count,
    bytes: count,
    manifests: count,
    artefacts: count,
    tags: count,
    damaged: count,
    leftovers: count,
    repaired: count,
    full: z.boolean(),
  }),
  z.object({ kind: z.literal('failed'), detail: z.string() }),
]);

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

export const runFsck = endpoint({
  id: 'runFsck',
  method: 'POST',
  path: '/api/v1/fsck',
  summary: 'Compare rows with files while serving; one JSON line for each step, a summary last',
  right: 'administrator',
  query: z.object({ full: flag, repair: flag }),
  stream: 'application/x-ndjson',
  errors: ['denied', 'unauthorized', 'conflict'],
});

export const beginBackup = endpoint({
  id: 'beginBackup',
  method: 'POST',
  path: '/api/v1/backups',
  summary: 'Hold the state of this moment for a backup; ends by itself when it is not read for a while',
  right: 'administrator',
  answer: z.object({ id: z.string(), version: z.string(), createdAt: time }),
  status: 201,
  errors: ['denied', 'unauthorized', 'conflict', 'unsupported', 'storage-full'],
});

const backupParams = z.object({ backup: z.string().max(64) });

export const listBackupFiles = endpoint({
  id: 'listBackupFiles',
  method: 'GET',
  path: '/api/v1/backups/{backup}/files',
  summary: 'Files of the backup, in pages; the database is the last one',
  right: 'administrator',
  params: backupParams,
  query: z.object({ cursor: z.string().max(20).optional() }),
  answer: listOf(z.object({ path: z.string(), size: count, digest: z.string().optional() })),
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const readBackupFile = endpoint({
  id: 'readBackupFile',
  method: 'GET',
  path: '/api/v1/backups/{backup}/file',
  summary: 'Bytes of one file of the backup',
  right: 'administrator',
  params: backupParams,
  query: z.object({ path: z.string().max(300) }),
  stream: 'application/octet-stream',
  errors: ['not-found', 'denied', 'unauthorized'],
});

export const endBackup = endpoint({
  id: 'endBackup',
  method: 'DELETE',
  path: '/api/v1/backups/{backup}',
  summary: 'Let go of the state that was held',
  right: 'administrator',
  params: backupParams,
  errors: ['not-found', 'denied', 'unauthorized'],
});
