import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import { type Advisory, END_OF_LIFE } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, headText, newTally, reasonOf } from './feed-records.ts';

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const productSchema = z.object({
  name: z.string().min(1).max(100),
  releases: z.array(z.object({ name: z.string().min(1).max(100), eolFrom: day.nullish(), eoesFrom: day.nullish() })),
});
const schema = z.object({ generated_at: z.string().optional(), result: z.array(z.unknown()) });

/** endoflife.date: product → release → the day from which it gets no fixes, and the one of extended offers. */
export const endOfLifeDates: FeedReader = {
  name: 'endoflife',
  sources: [{ url: 'https://endoflife.date/api/v1/products/full' }],
  licence: 'MIT (endoflife.date)',
  recognises: (file) => /"(?:eolFrom|isEol)"/.test(headText(file, 65_536)) && /"releases"/.test(headText(file, 65_536)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      const found = schema.safeParse(value);
      if (!found.success) throw new AssayError('advisory-feed-invalid', `${name} is no list of endoflife.date`);
      tally.newestAt = found.data.generated_at ?? tally.newestAt;
      for (const each of found.data.result) {
        tally.records++;
        const product = productSchema.safeParse(each);
        if (!product.success) {
          tally.refused.push({ id: `product ${tally.records}`, reason: reasonOf(product.error) });
          continue;
        }
        for (const { name: release, eolFrom, eoesFrom } of product.data.releases)
          if (eolFrom)
            book.add(END_OF_LIFE, product.data.name, {
              id: release,
              status: 'end-of-life',
              scheme: 'semver',
              endOfLife: { endedAt: eolFrom, ...(eoesFrom && eoesFrom > eolFrom && { extendedAt: eoesFrom }) },
            });
      }
    }
    return contentOf(book.all(), tally);
  },
};
