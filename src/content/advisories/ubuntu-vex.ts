import { z } from 'zod';
import type { Advisory, AdvisoryStatus } from './advisory.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';
import { canonicalEcosystem } from './osv-ecosystems.ts';
import { decodePurlText } from './purl-text.ts';

const schema = z.object({
  '@context': z.string().regex(/openvex/),
  author: z.string(),
  timestamp: z.string().optional(),
  statements: z.array(
    z.object({
      vulnerability: z.object({
        name: z.string().min(1).max(200),
        description: z.string().optional(),
        aliases: z.array(z.string()).optional(),
      }),
      products: z.array(z.object({ '@id': z.string() })),
      status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
      status_notes: z.string().optional(),
    }),
  ),
});

/** Ubuntu's releases by the code names of its package URLs. */
const RELEASES: Readonly<Record<string, string>> = {
  trusty: '14.04',
  xenial: '16.04',
  bionic: '18.04',
  focal: '20.04',
  jammy: '22.04',
  lunar: '23.04',
  mantic: '23.10',
  noble: '24.04',
  oracular: '24.10',
  plucky: '25.04',
  questing: '25.10',
  resolute: '26.04',
};

const STATUS: Readonly<Record<string, AdvisoryStatus>> = {
  affected: 'affected',
  fixed: 'fixed',
  under_investigation: 'under-investigation',
};

/** Canonical's OpenVEX documents: source package and release → status, those of Ubuntu Pro under its own ecosystem. */
export const ubuntuVex: FeedReader = {
  name: 'ubuntu-vex',
  sources: [],
  licence: 'as Canonical publishes it (Ubuntu VEX)',
  recognises: (file) => {
    const found = schema.safeParse(firstRecord(file));
    return found.success && found.data.author.startsWith('Canonical');
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const found = schema.safeParse(value);
      if (!found.success) {
        tally.refused.push({ id: name, reason: reasonOf(found.error) });
        continue;
      }
      if (found.data.timestamp && found.data.timestamp > tally.newestAt) tally.newestAt = found.data.timestamp;
      for (const statement of found.data.statements) {
        const status = STATUS[statement.status];
        if (status === undefined) continue;
        for (const product of statement.products) addProduct(book, product['@id'], status, statement);
      }
    }
    return contentOf(book.all(), tally);
  },
};

function addProduct(
  book: EntryBook<Advisory>,
  purl: string,
  status: AdvisoryStatus,
  { vulnerability, status_notes: notes }: z.infer<typeof schema>['statements'][number],
): void {
  const match = /^pkg:deb\/ubuntu\/([^@?]+)@([^?]+)\?(.*)$/.exec(purl);
  if (!match) return;
  const qualifiers = new URLSearchParams(match[3]);
  if (qualifiers.get('arch') !== 'source') return;
  const ecosystem = ecosystemOf(qualifiers.get('distro') ?? '');
  if (ecosystem === undefined) return;
  const version = decodePurlText(match[2]!);
  const others = (vulnerability.aliases ?? []).flatMap((each) => /\bUSN-\d+-\d+$/.exec(each)?.[0] ?? []);
  book.add(ecosystem, decodePurlText(match[1]!), {
    id: vulnerability.name,
    ...(others.length > 0 && { aliases: [...new Set(others)] }),
    status,
    scheme: 'deb',
    ranges: [status === 'fixed' ? { fixed: version } : {}],
    ...(notes && { statusDetail: notes.slice(0, 200) }),
    ...(vulnerability.description && { summary: vulnerability.description.slice(0, 300) }),
    references: [`https://ubuntu.com/security/${vulnerability.name}`],
  });
}

/** `jammy`, and `esm-infra/xenial` or `trusty/esm` for builds of Ubuntu Pro. */
function ecosystemOf(distro: string): string | undefined {
  const parts = distro.split('/');
  const release = parts.map((part) => (Object.hasOwn(RELEASES, part) ? RELEASES[part] : undefined)).find(Boolean);
  if (release === undefined) return undefined;
  const special = parts.filter((part) => !Object.hasOwn(RELEASES, part));
  if (special.length === 0) return canonicalEcosystem(`Ubuntu:${release}`);
  return special.every((part) => part.startsWith('esm')) ? canonicalEcosystem(`Ubuntu:Pro:${release}`) : undefined;
}
