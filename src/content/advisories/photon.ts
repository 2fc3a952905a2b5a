import { z } from 'zod';
import { AssayError } from '../../lib/error.ts';
import type { Advisory } from './advisory.ts';
import { severityOfScore } from './cvss.ts';
import type { FeedReader } from './feed.ts';
import { contentOf, EntryBook, feedRecords, firstRecord, newTally, reasonOf } from './feed-records.ts';

const BASE = 'https://packages.broadcom.com/photon/photon_cve_metadata';
const schema = z.object({
  cve_id: z.string().regex(/^(?:CVE-\d{4}-\d{4,}|[A-Z][A-Za-z0-9-]{3,60})$/),
  pkg: z.string().min(1).max(200),
  cve_score: z.number().nullish(),
  aff_ver: z.string().nullish(),
  res_ver: z.string().max(200).nullish(),
  status: z.string().optional(),
});

/** Photon OS: rows of vulnerability, package and the build that resolved it, a file for each release. */
export const photon: FeedReader = {
  name: 'photon',
  sources: ['3.0', '4.0', '5.0'].map((release) => ({
    url: `${BASE}/cve_data_photon${release}.json`,
    ecosystems: [`Photon OS:${release}`],
  })),
  licence: 'as Broadcom publishes it (Photon OS CVE metadata)',
  recognises(file) {
    const first = firstRecord(file);
    return typeof first === 'object' && first !== null && 'cve_id' in first && 'pkg' in first && 'res_ver' in first;
  },
  async read(files) {
    const book = new EntryBook<Advisory>();
    const tally = newTally();
    const releases = new Set<string>();
    const ids = new Map<string, string>();
    for await (const { name, value } of feedRecords(files, tally.refused)) {
      tally.records++;
      const found = schema.safeParse(value);
      if (!found.success) {
        tally.refused.push({ id: `${name} ${tally.records}`, reason: reasonOf(found.error) });
        continue;
      }
      const { cve_id: id, pkg, cve_score: score, res_ver: resolved, status } = found.data;
      let release = ids.get(name);
      if (release === undefined) {
        release = /photon[_-]?(\d\.\d)/.exec(name)?.[1] ?? releaseOf(resolved);
        if (release === undefined) throw new AssayError('advisory-feed-invalid', `${name} does not tell its release`);
        ids.set(name, release);
      }
      releases.add(release);
      if (status === 'Not Affected') continue;
      const isResolved = resolved !== null && resolved !== undefined && /^\d/.test(resolved);
      // Fixed in a version that is not named: nothing that is installed can be held against it.
      book.add(`Photon OS:${release}`, pkg, {
        id,
        status: isResolved ? 'fixed' : 'under-investigation',
        ...(!isResolved && { statusDetail: 'resolved in a version that is not named' }),
        scheme: 'rpm',
        ranges: [isResolved ? { fixed: resolved } : {}],
        ...(typeof score === 'number' &&
          score > 0 && { severity: severityOfScore(score, '3.1'), severitySource: 'Photon' }),
        ...(id.startsWith('CVE-') && { references: [`https://nvd.nist.gov/vuln/detail/${id}`] }),
      });
    }
    const [release, another] = releases;
    return contentOf(book.all(), tally, another === undefined ? release : undefined);
  },
};

/** `7.88.1-4.ph4` is a build of 4.0. */
function releaseOf(version: string | null | undefined): string | undefined {
  const found = /\.ph(\d)\b/.exec(version ?? '')?.[1];
  return found === undefined ? undefined : `${found}.0`;
}
