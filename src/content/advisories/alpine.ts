import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory } from './advisory.ts';
import type { FeedContent, FeedReader, RefusedRecord } from './feed.ts';
import { EntryBook, feedRecords, firstRecord } from './feed-records.ts';

const packageSchema = z.object({
  pkg: z.object({
    name: z.string().min(1),
    secfixes: z.record(z.string(), z.array(z.string().nullable()).nullable()).nullish(),
  }),
});
const fileSchema = z.object({
  distroversion: z.string().regex(/^(?:v\d+\.\d+|edge)$/),
  reponame: z.string().regex(/^[a-z0-9-]{1,40}$/),
  packages: z.array(z.unknown()).nullable(),
});

const RELEASES = ['v3.19', 'v3.20', 'v3.21', 'v3.22', 'v3.23', 'edge'];

/**
 * Alpine's secdb, one file a release and repository: origin package → first fixed version → ids. "0" says that the
 * package never had it. Only fixed vulnerabilities are listed, so an unfixed one is not seen here.
 */
export const alpineSecdb: FeedReader = {
  name: 'alpine',
  sources: RELEASES.flatMap((release) =>
    ['main', 'community'].map((repository) => `https://secdb.alpinelinux.org/${release}/${repository}.json`),
  ),
  licence: 'as Alpine Linux publishes it (secdb)',
  recognises: (file) => fileSchema.safeParse(firstRecord(file)).success,
  async read(files) {
    const book = new EntryBook<Advisory>();
    const refused: RefusedRecord[] = [];
    const parts = new Set<string>();
    let records = 0;
    for await (const { name, value } of feedRecords(files, refused)) {
      const file = fileSchema.safeParse(value);
      if (!file.success) throw new AssayError('advisory-feed-invalid', `${name} is no file of Alpine's secdb`);
      const { distroversion, reponame, packages } = file.data;
      parts.add(`${distroversion}-${reponame}`);
      for (const each of packages ?? []) {
        records++;
        const found = packageSchema.safeParse(each);
        if (!found.success) refused.push({ id: `${name} ${records}`, reason: found.error.issues[0]?.message ?? '' });
        else addPackage(book, `Alpine:${distroversion}`, found.data.pkg);
      }
    }
    const [part, another] = parts;
    return {
      entries: book.all(),
      records,
      withdrawn: 0,
      refused,
      ...(part !== undefined && another === undefined && { part }),
    } satisfies FeedContent;
  },
};

function addPackage(
  book: EntryBook<Advisory>,
  ecosystem: string,
  { name, secfixes }: z.infer<typeof packageSchema>['pkg'],
): void {
  for (const [version, entries] of Object.entries(secfixes ?? {})) {
    if (version === '0') continue;
    for (const entry of entries ?? []) {
      const ids = (entry ?? '').split(/\s+/).filter((id) => /^[A-Z]+-[\w-]+$/.test(id));
      const id = ids.find((each) => each.startsWith('CVE-')) ?? ids[0];
      if (id === undefined) continue;
      const aliases = ids.filter((each) => each !== id);
      book.add(ecosystem, name, {
        id,
        ...(aliases.length > 0 && { aliases }),
        status: 'fixed',
        scheme: 'apk',
        ranges: [{ fixed: version }],
        references: [`https://security.alpinelinux.org/vuln/${id}`],
      });
    }
  }
}
