import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { parseStrictJson } from '../../lib/strict-json.ts';
import { descriptorSchema } from '../../oci/descriptor.ts';

/** Artifact type of a compiled set: one OCI manifest whose configuration is its index and whose layers are feeds. */
export const SET_ARTIFACT = 'application/vnd.assay.advisories.v1';
export const SET_INDEX = 'application/vnd.assay.advisories.index.v1+json';
/** A whole feed: a head, then a line of JSON for each package, packed by zstd. */
export const SET_FEED = 'application/vnd.assay.advisories.feed.v1+zstd';
/** What turns one content of a feed into the next. */
export const SET_DELTA = 'application/vnd.assay.advisories.delta.v1+zstd';

export const MAX_INDEX_BYTES = 4 * 1024 ** 2;
/** Deltas of one feed that an index keeps; who is further behind takes the feed whole. */
export const MAX_DELTAS = 30;

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const deltaSchema = z.object({ from: sha256, to: sha256, descriptor: descriptorSchema });
const feedSchema = z.object({
  feed: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,80}$/),
  /** Digest over its entries, as every copy of the feed has it. */
  digest: sha256,
  licence: z.string().max(500),
  records: z.number().int().nonnegative(),
  newestAt: z.string().max(40).optional(),
  whole: descriptorSchema,
  /** Oldest first; each begins where the one before ends, the last ends with the feed. */
  deltas: z.array(deltaSchema).max(MAX_DELTAS),
});
const indexSchema = z.object({
  schemaVersion: z.literal(1),
  /** RFC 3339; a set that was made earlier never replaces one that was made later. */
  createdAt: z.iso.datetime(),
  feeds: z.array(feedSchema).max(5000),
});

export type SetDelta = z.infer<typeof deltaSchema>;
export type SetFeed = z.infer<typeof feedSchema>;
export type SetIndex = z.infer<typeof indexSchema>;

/** Reads the index of a compiled set. Throws `advisory-set-invalid`. */
export function parseSetIndex(raw: Uint8Array): SetIndex {
  let value: unknown;
  try {
    value = parseStrictJson(raw, { maxBytes: MAX_INDEX_BYTES, maxDepth: 12 });
  } catch (cause) {
    throw new AssayError('advisory-set-invalid', 'the index of the set is not JSON', { cause });
  }
  const found = indexSchema.safeParse(value);
  if (found.success) return found.data;
  const issue = found.error.issues[0];
  throw new AssayError(
    'advisory-set-invalid',
    `the index of the set is wrong at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/** How a machine that holds some content of a feed comes to the newest: nothing to do, deltas in their order, or all of it. */
export type Route =
  | { readonly kind: 'held' }
  | { readonly kind: 'deltas'; readonly deltas: readonly SetDelta[] }
  | { readonly kind: 'whole' };

export function routeTo(feed: SetFeed, held: string | undefined): Route {
  if (held === feed.digest) return { kind: 'held' };
  const first = held === undefined ? -1 : feed.deltas.findIndex((each) => each.from === held);
  if (first < 0) return { kind: 'whole' };
  const deltas = feed.deltas.slice(first);
  const linked = deltas.every((each, at) => each.to === (deltas[at + 1]?.from ?? feed.digest));
  const bytes = deltas.reduce((sum, each) => sum + each.descriptor.size, 0);
  return linked && bytes < feed.whole.size ? { kind: 'deltas', deltas } : { kind: 'whole' };
}
