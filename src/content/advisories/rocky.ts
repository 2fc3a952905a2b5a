import type { FeedReader } from './feed.ts';
import { isUpdateInfo, readUpdateInfo, type UpdateInfoRules } from './updateinfo-document.ts';

const ID = /^RL(?:SA|BA|EA)-\d{4}:\d+$/;
const BASE = 'https://download.rockylinux.org/pub/rocky';

const rules: UpdateInfoRules = {
  publisher: 'Rocky Linux',
  id: /^RLSA-\d{4}:\d+$/,
  ecosystemOf(_update, { version }) {
    const release = /\.(?:module\+)?el(\d+)/.exec(version)?.[1];
    return release === undefined ? undefined : `Rocky Linux:${release}`;
  },
  pageOf: ({ id }) => `https://errata.rockylinux.org/${id}`,
};

/** Rocky's notices (RLSA) by its repositories' updateinfo: one repository a file, modules with their stream. */
export const rocky: FeedReader = {
  name: 'rocky',
  sources: ['8', '9', '10'].flatMap((release) =>
    ['BaseOS', 'AppStream'].map((repository) => ({
      url: `${BASE}/${release}/${repository}/x86_64/os/repodata/repomd.xml`,
      ecosystems: [`Rocky Linux:${release}`],
      leads: 'repomd' as const,
      part: `${release}-${repository.toLowerCase()}`,
    })),
  ),
  licence: 'BSD-3-Clause (Rocky Linux errata)',
  recognises: (file) => isUpdateInfo(file, ID),
  read: (files) => readUpdateInfo(files, rules),
};
