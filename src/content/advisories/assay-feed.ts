import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { type Advisory, severities } from './advisory.ts';
import type { FeedContent, FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';
import { versionOrders, type VersionScheme } from './version-order.ts';

const text = z.string().max(2000);
/** The first line of a compiled feed. */
export const headSchema = z.object({
  assayFeed: z.literal(1),
  feed: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,80}$/),
  licence: text,
  records: z.number().int().nonnegative(),
  withdrawn: z.number().int().nonnegative(),
  newestAt: text.optional(),
});
export type AssayFeedHead = z.infer<typeof headSchema>;

const version = z.string().max(500);
const rangeSchema = z.strictObject({
  introduced: version.optional(),
  after: version.optional(),
  fixed: version.optional(),
  lastAffected: version.optional(),
  limit: version.optional(),
});
/** An advisory as a stranger may have written it. */
export const advisorySchema = z.strictObject({
  id: z.string().min(1).max(500),
  aliases: z.array(text).optional(),
  summary: text.optional(),
  severity: z.enum(severities).optional(),
  severitySource: text.optional(),
  cvss: z.array(text).optional(),
  references: z.array(text).optional(),
  publishedAt: text.optional(),
  status: z.enum([
    'fixed',
    'affected',
    'will-not-fix',
    'deferred',
    'end-of-life',
    'under-investigation',
    'not-affected',
  ]),
  statusDetail: text.optional(),
  scheme: z.enum(Object.keys(versionOrders) as [VersionScheme, ...VersionScheme[]]),
  of: z.enum(['source', 'binary']).optional(),
  module: text.optional(),
  architectures: z.array(text).optional(),
  ranges: z.array(rangeSchema).optional(),
  versions: z.array(version).optional(),
  endOfLife: z.strictObject({ endedAt: text, extendedAt: text.optional() }).optional(),
  products: z.array(text).optional(),
  likelihood: z.strictObject({ score: z.number(), percentile: z.number() }).optional(),
});
const entrySchema = z.object({
  ecosystem: z.string().min(1).max(200),
  package: z.string().min(1).max(500),
  advisories: z.array(advisorySchema),
});

/**
 * A feed as another Assay has compiled it, one JSON object a line: what it is, then an entry for each package. How sets
 * travel to machines without a network; every entry is checked as if a stranger had written it.
 */
export const assayFeed: FeedReader = {
  name: 'assay',
  sources: [],
  licence: 'as its first line says',
  recognises: (file) => headSchema.safeParse(firstRecord(file)).success,
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    let head: AssayFeedHead | undefined;
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      if (!head) {
        const found = headSchema.safeParse(value);
        if (!found.success) throw new AssayError('advisory-feed-invalid', `${name} does not begin as a feed of Assay`);
        head = found.data;
        continue;
      }
      const entry = entrySchema.safeParse(value);
      // The advisories as they came: strictly checked, with their members in the order that their digest stands on.
      if (entry.success)
        for (const advisory of (value as { advisories: Advisory[] }).advisories)
          book.add(entry.data.ecosystem, entry.data.package, advisory);
      else tally.refused.push({ id: name, reason: reasonOf(entry.error) });
    }
    if (!head) throw new AssayError('advisory-feed-invalid', 'the feed is empty');
    tally.records = head.records;
    tally.withdrawn = head.withdrawn;
    tally.newestAt = head.newestAt ?? '';
    return { ...contentOf(book.all(), tally), name: head.feed, licence: head.licence } satisfies FeedContent;
  },
};
