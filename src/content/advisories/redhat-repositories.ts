import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { type Advisory, REPOSITORIES } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, headText, newTally, reasonOf } from './feed-records.ts';

const repositorySchema = z.object({ cpes: z.array(z.string().startsWith('cpe:/').max(300)).max(200) });
const schema = z.object({ data: z.record(z.string(), z.unknown()) });

/**
 * Red Hat's `repository-to-cpe.json`: repository ("content set") → the products its packages belong to. With it, VEX of
 * products that an image cannot hold does not match, and VEX of those it can hold besides the main release does.
 */
export const redHatRepositories: FeedReader = {
  name: 'redhat-repositories',
  sources: [
    {
      url: 'https://security.access.redhat.com/data/metrics/repository-to-cpe.json',
      ecosystems: ['Red Hat'],
    },
  ],
  licence: 'CC-BY-4.0 (Red Hat Product Security)',
  recognises(file) {
    if (!/^\s*\{\s*"data"\s*:\s*\{/.test(headText(file, 256)) || !headText(file, 8192).includes('"cpes"')) return false;
    return schema.safeParse(firstRecord(file)).success;
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      const found = schema.safeParse(value);
      if (!found.success) throw new AssayError('advisory-feed-invalid', `${name} is no mapping of repositories`);
      for (const [repository, said] of Object.entries(found.data.data)) {
        tally.records++;
        const known = repositorySchema.safeParse(said);
        if (known.success)
          book.add(REPOSITORIES, repository, {
            id: repository,
            status: 'not-affected',
            scheme: 'rpm',
            products: [...new Set(known.data.cpes)].sort(),
          });
        else tally.refused.push({ id: repository, reason: reasonOf(known.error) });
      }
    }
    return contentOf(book.all(), tally);
  },
};
