import { AssayError } from '../../lib/error.ts';
import { type Advisory, LIKELIHOOD } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedTexts, headText, newTally } from './feed-records.ts';

const HEAD = /^(?:#[^\n]*\n)?cve,epss,percentile\r?\n/;
const ROW = /^(CVE-\d{4}-\d{4,}),([\d.]+(?:e-\d+)?),([\d.]+(?:e-\d+)?)\r?$/;

/**
 * FIRST's Exploit Prediction Scoring System, one CSV a day: how likely attacks are in the next 30 days, and how many
 * vulnerabilities are less likely (percentile). Shown with findings; it decides nothing.
 */
export const epss: FeedReader = {
  name: 'epss',
  sources: [{ url: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz' }],
  licence: 'as FIRST publishes it (EPSS)',
  recognises: (file) => HEAD.test(headText(file)),
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const { refused } = tally;
    for await (const { name, text } of feedTexts(files, refused)) {
      const head = HEAD.exec(text);
      if (!head) throw new AssayError('advisory-feed-invalid', `${name} does not begin as EPSS does`);
      const day = /score_date:(\d{4}-\d\d-\d\d)/.exec(head[0])?.[1];
      if (day !== undefined) tally.newestAt = `${day}T00:00:00Z`;
      for (let from = head[0].length; from < text.length; ) {
        const next = text.indexOf('\n', from);
        const line = text.slice(from, next < 0 ? undefined : next);
        from = next < 0 ? text.length : next + 1;
        if (line.trim() === '') continue;
        tally.records++;
        const row = ROW.exec(line);
        if (!row || Number(row[2]) > 1 || Number(row[3]) > 1)
          refused.push({ id: line.slice(0, 60), reason: 'not a CVE id and two shares' });
        else
          book.add(LIKELIHOOD, row[1]!, {
            id: row[1]!,
            status: 'affected',
            scheme: 'semver',
            likelihood: { score: Number(row[2]), percentile: Number(row[3]) },
          });
      }
    }
    return contentOf(book.all(), tally);
  },
};
