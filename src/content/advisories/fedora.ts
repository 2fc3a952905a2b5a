import type { FeedReader } from './feed.ts';
import { isUpdateInfo, readUpdateInfo, type UpdateInfoRules } from './updateinfo-document.ts';

const ID = /^FEDORA-(?:EPEL-)?\d{4}-[0-9a-f]+$/;
const BASE = 'https://dl.fedoraproject.org/pub/fedora/linux/updates';
/** Releases whose updates are fetched: those that get any. */
const RELEASES = ['42', '43', '44'];

const rules: UpdateInfoRules = {
  publisher: 'Fedora',
  id: /^FEDORA-\d{4}-[0-9a-f]+$/,
  ecosystemOf(_update, { version }) {
    const release = /\.fc(\d+)\b/.exec(version)?.[1];
    return release === undefined ? undefined : `Fedora:${release}`;
  },
  pageOf: ({ id }) => `https://bodhi.fedoraproject.org/updates/${id}`,
};

/** Fedora's updates by its repositories' updateinfo; which CVEs they mend stands in the titles of bugs. */
export const fedora: FeedReader = {
  name: 'fedora',
  sources: RELEASES.map((release) => ({
    url: `${BASE}/${release}/Everything/x86_64/repodata/repomd.xml`,
    ecosystems: [`Fedora:${release}`],
    leads: 'repomd' as const,
    part: release,
  })),
  licence: 'as Fedora publishes it (Bodhi)',
  recognises: (file) => isUpdateInfo(file, ID),
  read: (files) => readUpdateInfo(files, rules),
};
