import { z } from 'zod';
import { AssayError } from '../../../lib/error.ts';
import { parseStrictJson } from '../../../lib/strict-json.ts';
import type { TrustServer } from '../../../ports/trust-server.ts';
import type { Draft } from '../../../trust/tuf/owner/draft.ts';
import { canonicalText, escapeControls } from '../../../trust/tuf/canonical-json.ts';

const keyRef = z.strictObject({ id: z.string().max(256), canonicalId: z.string().max(256) });
const draftSchema = z.strictObject({
  dialect: z.enum(['notary', 'tuf-1.0']),
  role: z.string().max(255),
  version: z.number().int().min(1),
  text: z.string(),
  rules: z.array(
    z.strictObject({
      label: z.string().max(255),
      threshold: z.number().int().min(1),
      keys: z.array(keyRef).max(1024),
    }),
  ),
  signatures: z.array(keyRef.extend({ method: z.string().max(40), sig: z.string().max(16_384) })).max(1024),
});

/** The file that is carried from one key holder to the next. */
const stagedSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('assay-trust-change'),
  gun: z.string().max(512),
  server: z.string().max(255),
  description: z.string().max(2000),
  createdAt: z.iso.datetime(),
  drafts: z.array(draftSchema).min(1).max(1024),
});

export type StagedChange = z.infer<typeof stagedSchema>;

export function stagedChange(
  { gun, host }: Pick<TrustServer, 'gun' | 'host'>,
  { description, now }: { description: string; now: () => number },
  drafts: readonly Draft[],
): StagedChange {
  const createdAt = new Date(now()).toISOString();
  return stagedSchema.parse({
    schemaVersion: 1,
    kind: 'assay-trust-change',
    gun,
    server: host,
    description,
    createdAt,
    drafts,
  });
}

const MAX_BYTES = 128 * 1024 * 1024;

/** Reads a staged change; what is signed must be the canonical text that it shows. Throws `input-invalid`. */
export function readStagedChange(bytes: Uint8Array): StagedChange {
  const parsed = stagedSchema.safeParse(parseStrictJson(bytes, { maxBytes: MAX_BYTES, maxDepth: 16 }));
  if (!parsed.success)
    throw new AssayError('input-invalid', `this is no staged change: ${parsed.error.issues[0]?.message ?? ''}`);
  for (const { text, role, version } of parsed.data.drafts) {
    const signed = parseStrictJson(Buffer.from(escapeControls(text)), { maxBytes: MAX_BYTES, maxDepth: 64 });
    if (canonicalText(signed) !== text || (signed as { version?: unknown }).version !== version)
      throw new AssayError('input-invalid', `the file of ${role} in this change is not what it says`);
  }
  return parsed.data;
}
