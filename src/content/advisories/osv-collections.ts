import type { FeedReader } from './feed.ts';
import { firstRecord } from './feed-records.ts';
import { osv } from './osv.ts';

/** A database that publishes OSV records of many ecosystems as one archive: a feed of its own, by the ids of its records. */
function collection(
  name: string,
  id: RegExp,
  url: string,
  licence: string,
  ecosystems?: readonly string[],
): FeedReader {
  const { recordOf } = osv;
  return {
    name,
    sources: [{ url, ...(ecosystems && { ecosystems }) }],
    licence,
    recognises: (file) => {
      const first = firstRecord(file);
      return (
        typeof first === 'object' &&
        first !== null &&
        'id' in first &&
        typeof first.id === 'string' &&
        id.test(first.id)
      );
    },
    async read(files) {
      const { part: _part, ...content } = await osv.read(files);
      return content;
    },
    ...(recordOf && { recordOf }),
  };
}

/** GitHub's reviewed advisories; what nobody has reviewed names no packages, and is refused by its own form. */
export const githubAdvisories = collection(
  'ghsa',
  /^GHSA(?:-[0-9a-z]{4}){3}$/,
  'https://codeload.github.com/github/advisory-database/zip/refs/heads/main',
  'CC-BY-4.0 (GitHub Advisory Database)',
);

/** Packages that were made to do harm (OpenSSF): what is found of them is malware. */
export const maliciousPackages = collection(
  'malicious-packages',
  /^MAL-\d{4}-\d+$/,
  'https://codeload.github.com/ossf/malicious-packages/zip/refs/heads/main',
  'Apache-2.0 (OpenSSF malicious packages)',
);

/** Chainguard's and Wolfi's advisories (version 3, OSV); the licence leaves fetching to each site. */
export const chainguardAdvisories = collection(
  'chainguard',
  /^CGA(?:-[0-9a-z]{4}){3}$/,
  'https://advisories.cgr.dev/chainguard/v3/osv/chainguard-osv.tar.gz',
  'as Chainguard publishes it (advisories v3)',
  ['Wolfi', 'Chainguard'],
);
