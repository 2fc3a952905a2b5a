import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory, AdvisoryEntry, AdvisoryStatus, Severity } from './advisory.ts';
import type { FeedFile, FeedReader, RefusedRecord } from './feed.ts';
import { contentOf, headText, newTally } from './feed-records.ts';
import { feedFiles } from './feed-unpack.ts';

const RELEASES: Readonly<Record<string, string>> = {
  wheezy: 'Debian:7',
  jessie: 'Debian:8',
  stretch: 'Debian:9',
  buster: 'Debian:10',
  bullseye: 'Debian:11',
  bookworm: 'Debian:12',
  trixie: 'Debian:13',
  forky: 'Debian:14',
  duke: 'Debian:15',
  sid: 'Debian:unstable',
};

const releaseSchema = z.object({
  status: z.string(),
  fixed_version: z.string().optional(),
  urgency: z.string().optional(),
  nodsa: z.string().optional(),
  nodsa_reason: z.string().nullish(),
});
const recordSchema = z.object({
  description: z.string().optional(),
  releases: z.record(z.string(), z.unknown()),
});

/**
 * The Debian security tracker's `data/json`: source package → CVE → release. Matching is by source package and
 * version. `fixed_version` "0" says the release never had it; "open" without a DSA stays affected.
 */
export const debianTracker: FeedReader = {
  name: 'debian',
  sources: [{ url: 'https://security-tracker.debian.org/tracker/data/json', ecosystems: ['Debian'] }],
  licence: 'MIT (Debian security tracker)',
  recognises: (file) => /^\s*\{"[a-z0-9][a-z0-9+.-]*":\s*\{"(?:CVE|TEMP)-/.test(head(file)),
  async read(files) {
    const entries = new Map<string, { ecosystem: string; package: string; advisories: Advisory[] }>();
    const tally = newTally();
    const { refused } = tally;
    for await (const file of unpackedOnce(files, refused)) {
      const sources = parseTop(file);
      for (const [source, cves] of Object.entries(sources)) {
        if (typeof cves !== 'object' || cves === null) {
          refused.push({ id: source, reason: 'not an object' });
          continue;
        }
        for (const [id, value] of Object.entries(cves)) {
          tally.records++;
          const record = recordSchema.safeParse(value);
          if (!record.success)
            refused.push({ id: `${source} ${id}`, reason: record.error.issues[0]?.message ?? 'unreadable' });
          else addReleases(entries, refused, source, id, record.data);
        }
      }
    }
    return contentOf([...entries.values()], tally);
  },
};

function head(file: FeedFile): string {
  return headText(file, 512);
}

/** The file, which may have been packed on its way. */
async function* unpackedOnce(files: AsyncIterable<FeedFile>, refused: RefusedRecord[]): AsyncGenerator<FeedFile> {
  for await (const file of files) yield* feedFiles(file, refused);
}

function parseTop(file: FeedFile): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(file.bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new AssayError('advisory-feed-invalid', `${file.name} is not JSON`, { cause });
  }
  throw new AssayError('advisory-feed-invalid', `${file.name} is not the tracker's JSON object`);
}

function addReleases(
  entries: Map<string, AdvisoryEntry & { advisories: Advisory[] }>,
  refused: RefusedRecord[],
  source: string,
  id: string,
  record: z.infer<typeof recordSchema>,
): void {
  for (const [codename, value] of Object.entries(record.releases)) {
    const ecosystem = Object.hasOwn(RELEASES, codename) ? RELEASES[codename] : undefined;
    if (!ecosystem) {
      refused.push({ id: `${source} ${id} ${codename}`, reason: 'a release that is not known here' });
      continue;
    }
    const release = releaseSchema.safeParse(value);
    if (!release.success) {
      refused.push({ id: `${source} ${id} ${codename}`, reason: release.error.issues[0]?.message ?? 'unreadable' });
      continue;
    }
    const advisory = readRelease(id, record.description, release.data);
    if (!advisory) continue;
    const key = `${ecosystem}\0${source}`;
    const entry = entries.get(key);
    if (entry) entry.advisories.push(advisory);
    else entries.set(key, { ecosystem, package: source, advisories: [advisory] });
  }
}

function readRelease(
  id: string,
  description: string | undefined,
  release: z.infer<typeof releaseSchema>,
): Advisory | undefined {
  const common = {
    id,
    scheme: 'deb' as const,
    severitySource: 'Debian',
    severity: severityOf(release.urgency),
    references: [`https://security-tracker.debian.org/tracker/${id}`],
    ...(description && { summary: description }),
  };
  if (release.status === 'resolved') {
    if (release.fixed_version === '0') return undefined;
    // "resolved" without a version: it is not said in which one, so nothing is said to be mended.
    if (!release.fixed_version)
      return { ...common, status: 'under-investigation', ranges: [{}], statusDetail: 'resolved, version not named' };
    return { ...common, status: 'fixed', ranges: [{ fixed: release.fixed_version }] };
  }
  const status = openStatus(release);
  return {
    ...common,
    status,
    ranges: [{}],
    ...(release.nodsa && { statusDetail: release.nodsa_reason || release.nodsa }),
  };
}

/** "open": nothing fixed yet in this release; the reason for not issuing an advisory tells whether it is to come. */
function openStatus(release: z.infer<typeof releaseSchema>): AdvisoryStatus {
  if (release.status === 'undetermined') return 'under-investigation';
  if (release.urgency === 'end-of-life') return 'end-of-life';
  if (release.nodsa_reason === 'ignored') return 'will-not-fix';
  return release.nodsa_reason === 'postponed' ? 'deferred' : 'affected';
}

function severityOf(urgency: string | undefined): Severity {
  const bare = urgency?.replace(/\*+$/, '');
  if (bare === 'high' || bare === 'medium' || bare === 'low') return bare;
  return bare === 'unimportant' ? 'negligible' : 'unknown';
}
