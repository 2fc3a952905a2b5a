import type { FeedReader } from './feed.ts';
import { isUpdateInfo, readUpdateInfo, type Update, type UpdateInfoRules } from './updateinfo-document.ts';

/** `ALAS2-2021-1699`, `ALAS2023-2023-126`, `ALAS-2018-1093` of the first release, `ALAS2DOCKER-2023-023` of a topic. */
const ID = /^ALAS(\d{4}|\d)?(?:[-_]?([A-Z][A-Z0-9._-]*?))?-(\d{4})-(\d+)$/;
const CDN = 'https://cdn.amazonlinux.com';

/** Topics of the second release's extras library whose packages images use; a new one is a word here. */
const TOPICS = [
  'docker',
  'ecs',
  'firefox',
  'golang1.19',
  'haproxy2',
  'java-openjdk11',
  'kernel-5.4',
  'kernel-5.10',
  'kernel-5.15',
  'livepatch',
  'mariadb10.5',
  'memcached1.5',
  'nginx1',
  'php8.0',
  'php8.1',
  'php8.2',
  'postgresql12',
  'postgresql13',
  'postgresql14',
  'python3.8',
  'redis6',
  'ruby3.0',
  'squid4',
  'tomcat8.5',
  'tomcat9',
];

function topicOf({ id }: Update): string | undefined {
  const [, , word] = ID.exec(id) ?? [];
  return word?.toLowerCase();
}

const rules: UpdateInfoRules = {
  publisher: 'Amazon',
  id: ID,
  ecosystemOf(update) {
    const release = ID.exec(update.id)?.[1] ?? '1';
    const topic = topicOf(update);
    return `Amazon Linux:${release}${topic === undefined || topic === 'livepatch' ? '' : `:${topic}`}`;
  },
  pageOf: ({ id }) => {
    const release = ID.exec(id)?.[1];
    const page = id.replace(/^ALAS\d+(?=-)/, 'ALAS');
    return `https://alas.aws.amazon.com/${release === undefined ? '' : `AL${release}/`}${page}.html`;
  },
  partOf: ([first, another]) =>
    first === undefined || another !== undefined
      ? undefined
      : first.slice('Amazon Linux:'.length).replaceAll(/[^a-z0-9.]+/g, '-'),
};

/**
 * Amazon's notices (ALAS) by the repositories' updateinfo: Amazon Linux 1, 2 and 2023, and the topics of the second
 * release's extras library, each of which holds where an image has that topic enabled.
 */
export const amazon: FeedReader = {
  name: 'amazon',
  sources: [
    {
      url: `${CDN}/al2023/core/mirrors/latest/x86_64/mirror.list`,
      ecosystems: ['Amazon Linux:2023'],
      leads: 'mirror-list',
      part: '2023',
    },
    { url: `${CDN}/2/core/latest/x86_64/mirror.list`, ecosystems: ['Amazon Linux:2'], leads: 'mirror-list', part: '2' },
    ...TOPICS.map((topic) => ({
      url: `${CDN}/2/extras/${topic}/latest/x86_64/mirror.list`,
      ecosystems: [`Amazon Linux:2:${topic}`],
      leads: 'mirror-list' as const,
      part: `2-${topic}`,
    })),
  ],
  licence: 'as Amazon publishes it (ALAS)',
  recognises: (file) => isUpdateInfo(file, ID),
  read: (files) => readUpdateInfo(files, rules),
};
