import { amazon } from './amazon.ts';
import { alpineSecdb } from './alpine.ts';
import { archLinux } from './arch-linux.ts';
import { assayFeed } from './assay-feed.ts';
import { azureOval } from './azure-oval.ts';
import { bottlerocketNotices } from './bottlerocket.ts';
import { cveRecords, nvd } from './cve-catalogues.ts';
import { debianLists } from './debian-lists.ts';
import { debianTracker } from './debian.ts';
import { debianSupport } from './debian-support.ts';
import { endOfLifeDates } from './endoflife.ts';
import { epss } from './epss.ts';
import { headsOf } from './feed-unpack.ts';
import { AssayError } from '../../lib/error.ts';
import type { FeedFile, FeedReader } from './feed.ts';
import { kev } from './kev.ts';
import { fedora } from './fedora.ts';
import { gentooNotices } from './gentoo-notices.ts';
import { friendsOfPhp, nodejsDatabase, rubySec } from './library-databases.ts';
import { oracleOval } from './oracle-oval.ts';
import { chainguardAdvisories, githubAdvisories, maliciousPackages } from './osv-collections.ts';
import { osv } from './osv.ts';
import { photon } from './photon.ts';
import { redHatCsaf } from './redhat-csaf.ts';
import { redHatRepositories } from './redhat-repositories.ts';
import { rocky } from './rocky.ts';
import { rustSec } from './rustsec.ts';
import { suseOval } from './suse-oval.ts';
import { ubuntuVex } from './ubuntu-vex.ts';

/** Every feed, one line each; a file of unknown kind is shown to them in this order. */
export const feedReaders: readonly FeedReader[] = [
  debianTracker,
  alpineSecdb,
  kev,
  chainguardAdvisories,
  osv,
  githubAdvisories,
  maliciousPackages,
  redHatCsaf,
  redHatRepositories,
  ubuntuVex,
  epss,
  debianLists,
  debianSupport,
  endOfLifeDates,
  azureOval,
  oracleOval,
  suseOval,
  amazon,
  rocky,
  fedora,
  gentooNotices,
  bottlerocketNotices,
  photon,
  archLinux,
  rustSec,
  rubySec,
  friendsOfPhp,
  nodejsDatabase,
  cveRecords,
  nvd,
  assayFeed,
];

export function feedReader(name: string): FeedReader {
  const reader = feedReaders.find((each) => each.name === name);
  if (!reader)
    throw new AssayError(
      'input-invalid',
      `there is no feed ${name}; known are ${feedReaders.map((each) => each.name).join(', ')}`,
    );
  return reader;
}

/** Finds the reader for a file of unknown kind; of an archive by the first of its files that somebody knows. */
export function recogniseFeed(file: FeedFile): FeedReader {
  for (const head of headsOf(file)) {
    const reader = feedReaders.find((each) => each.recognises(head));
    if (reader) return reader;
  }
  throw new AssayError('advisory-feed-invalid', `${file.name} is no feed that is known here; name it with --feed`);
}
