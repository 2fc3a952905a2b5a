import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';

const packageSchema = z.object({
  pkg: z.object({
    name: z.string().min(1),
    secfixes: z.record(z.string(), z.array(z.string().nullable()).nullable()).nullish(),
  }),
});
const fileSchema = z.object({
  distroversion: z
    .string()
    .regex(/^(?:v\d+\.\d+|edge)$/)
    .optional(),
  reponame: z.string().regex(/^[a-z0-9-]{1,40}$/),
  urlprefix: z.string().optional(),
  packages: z.array(z.unknown()).nullable(),
});

const RELEASES = [...Array.from({ length: 14 }, (_, at) => `v3.${at + 10}`), 'edge'];

/** Systems without releases that publish in the same form, by the address of their packages. */
const ROLLING: readonly (readonly [prefix: string, ecosystem: string])[] = [
  ['https://packages.wolfi.dev', 'Wolfi'],
  ['https://packages.cgr.dev', 'Chainguard'],
  ['https://apk.cgr.dev', 'Chainguard'],
  ['https://packages.mini.dev', 'MinimOS'],
];

function systemOf(file: z.infer<typeof fileSchema>): { ecosystem: string; part: string } | undefined {
  if (file.distroversion !== undefined)
    return { ecosystem: `Alpine:${file.distroversion}`, part: `${file.distroversion}-${file.reponame}` };
  const ecosystem = ROLLING.find(([prefix]) => file.urlprefix?.startsWith(prefix))?.[1];
  return ecosystem === undefined ? undefined : { ecosystem, part: `${ecosystem.toLowerCase()}-${file.reponame}` };
}

/**
 * Alpine's secdb, one file a release and repository: origin package → first fixed version → ids. "0" says that the
 * package never had it. Only fixed vulnerabilities are listed, so an unfixed one is not seen here. Wolfi, Chainguard and
 * MinimOS publish in the same form; their licences let each site fetch them for itself.
 */
export const alpineSecdb: FeedReader = {
  name: 'alpine',
  sources: RELEASES.flatMap((release) =>
    ['main', 'community'].map((repository) => ({
      url: `https://secdb.alpinelinux.org/${release}/${repository}.json`,
      ecosystems: [`Alpine:${release}`],
    })),
  ),
  licence: 'as Alpine Linux publishes it (secdb)',
  recognises: (file) => {
    const found = fileSchema.safeParse(firstRecord(file));
    return found.success && systemOf(found.data) !== undefined;
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const parts = new Set<string>();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      const file = fileSchema.safeParse(value);
      const system = file.success ? systemOf(file.data) : undefined;
      if (!file.success || !system)
        throw new AssayError('advisory-feed-invalid', `${name} is no file of Alpine's secdb`);
      parts.add(system.part);
      for (const each of file.data.packages ?? []) {
        tally.records++;
        const found = packageSchema.safeParse(each);
        if (found.success) addPackage(book, system.ecosystem, found.data.pkg);
        else tally.refused.push({ id: `${name} ${tally.records}`, reason: reasonOf(found.error) });
      }
    }
    const [part, another] = parts;
    return contentOf(book.all(), tally, another === undefined ? part : undefined);
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
        ...(ecosystem.startsWith('Alpine:') && { references: [`https://security.alpinelinux.org/vuln/${id}`] }),
      });
    }
  }
}
