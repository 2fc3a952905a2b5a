import { z } from 'zod';
import type { Advisory, Severity } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';

const schema = z.object({
  name: z.string().regex(/^AVG-\d+$/),
  packages: z.array(z.string().min(1).max(200)),
  status: z.string(),
  severity: z.string().optional(),
  type: z.string().optional(),
  affected: z.string().max(200),
  fixed: z.string().max(200).nullish(),
  issues: z.array(z.string()),
  advisories: z.array(z.string()).optional(),
});

const SEVERITIES: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  high: 'high',
  medium: 'medium',
  low: 'low',
};

/** Arch Linux: groups of vulnerabilities (AVG) of one or several packages, fixed in a build or not yet. */
export const archLinux: FeedReader = {
  name: 'arch',
  sources: [{ url: 'https://security.archlinux.org/all.json', ecosystems: ['Arch'] }],
  licence: 'as Arch Linux publishes it (security tracker)',
  recognises: (file) => schema.safeParse(firstRecord(file)).success,
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const found = schema.safeParse(value);
      if (found.success) addGroup(book, found.data);
      else tally.refused.push({ id: `${name} ${tally.records}`, reason: reasonOf(found.error) });
    }
    return contentOf(book.all(), tally);
  },
};

function addGroup(book: EntryBook<Advisory>, group: z.infer<typeof schema>): void {
  if (group.status === 'Not affected') return;
  const severity = SEVERITIES[(group.severity ?? '').toLowerCase()];
  // What is only in a repository for testing is not what an image gets.
  const fixed = group.status === 'Testing' ? undefined : (group.fixed ?? undefined);
  const ids = group.issues.filter((each) => each.startsWith('CVE-'));
  for (const name of group.packages)
    for (const id of ids.length > 0 ? ids : [group.name]) {
      const aliases = [group.name, ...(group.advisories ?? [])].filter((each) => each !== id);
      book.add('Arch', name, {
        id,
        ...(aliases.length > 0 && { aliases }),
        status: fixed !== undefined ? 'fixed' : group.status === 'Unknown' ? 'under-investigation' : 'affected',
        scheme: 'pacman',
        ranges: [fixed === undefined ? {} : { fixed }],
        ...(severity && { severity, severitySource: 'Arch Linux' }),
        ...(group.type && { summary: group.type }),
        references: [`https://security.archlinux.org/${group.name}`],
      });
    }
}
