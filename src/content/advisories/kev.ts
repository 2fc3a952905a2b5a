import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { type Advisory, EXPLOITED } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally } from './feed-records.ts';

const fileSchema = z.object({
  catalogVersion: z.string(),
  dateReleased: z.string().optional(),
  vulnerabilities: z.array(z.unknown()),
});
const entrySchema = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,}$/),
  vulnerabilityName: z.string().optional(),
  dateAdded: z.string(),
});

/** CISA's Known Exploited Vulnerabilities: no versions, only that attacks were seen; it marks findings of other feeds. */
export const kev: FeedReader = {
  name: 'kev',
  sources: [{ url: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json' }],
  licence: 'CC0-1.0 (CISA KEV)',
  recognises: (file) => fileSchema.safeParse(firstRecord(file)).success,
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const { refused } = tally;
    for await (const { name, value } of feedRecords(files, refused)) {
      const file = fileSchema.safeParse(value);
      if (!file.success) throw new AssayError('advisory-feed-invalid', `${name} is not the catalogue`);
      tally.newestAt = file.data.dateReleased ?? tally.newestAt;
      for (const each of file.data.vulnerabilities) {
        tally.records++;
        const entry = entrySchema.safeParse(each);
        if (entry.success)
          book.add(EXPLOITED, entry.data.cveID, {
            id: entry.data.cveID,
            status: 'affected',
            scheme: 'semver',
            publishedAt: entry.data.dateAdded,
            ...(entry.data.vulnerabilityName && { summary: entry.data.vulnerabilityName }),
          });
        else refused.push({ id: String(tally.records), reason: entry.error.issues[0]?.message ?? '' });
      }
    }
    return contentOf(book.all(), tally);
  },
};
