import type { FeedReader } from './feed.ts';
import { isUpdateInfo, readUpdateInfo, type UpdateInfoRules } from './updateinfo-document.ts';

const ID = /^BRSA-[a-z0-9]+$/;

const rules: UpdateInfoRules = {
  publisher: 'Bottlerocket',
  id: ID,
  ecosystemOf: () => 'Bottlerocket',
  pageOf: ({ id, references }) =>
    references.find((each) => each.id === id)?.url ?? `https://advisories.bottlerocket.aws/${id}`,
};

/** Bottlerocket's notices (BRSA) by its updateinfo; the system has no releases of its own. */
export const bottlerocketNotices: FeedReader = {
  name: 'bottlerocket',
  sources: [{ url: 'https://advisories.bottlerocket.aws/updateinfo.xml.gz', ecosystems: ['Bottlerocket'] }],
  licence: 'Apache-2.0 OR MIT (Bottlerocket)',
  recognises: (file) => isUpdateInfo(file, ID),
  read: (files) => readUpdateInfo(files, rules),
};
