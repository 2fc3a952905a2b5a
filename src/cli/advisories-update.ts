import { feedReaders } from '../content/advisories/feeds.ts';
import type { FeedReader } from '../content/advisories/feed.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { collectBytes } from '../oci/verified.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { feedReader } from '../work/content/advisories.ts';
import type { Command } from './command.ts';
import { unpacked } from './feed-files.ts';
import { accessOptions, imageAccess } from './image-report.ts';

const MAX_FEED = 4 * 1024 ** 3;
const MAX_REDIRECTS = 5;

export const command: Command = {
  description:
    'Fetches advisory feeds from their publishers for the scans of this user. A server keeps its own fresh by itself.',
  args: [{ name: 'feeds...', summary: 'which; all that are in force, or all known when none is', optional: true }],
  options: accessOptions,
  examples: [
    ['assay advisories update', 'bring everything up to date'],
    ['assay advisories update debian', 'one feed alone'],
  ],
  async run(invocation) {
    const { args, terminal, open, environment } = invocation;
    const { http } = imageAccess(invocation);
    const sets = await open.advisories(environment);
    let failed = 0;
    try {
      const inForce = sets.current().feeds.map((each) => each.feed);
      for (const reader of choose(args, inForce)) {
        try {
          const content = await reader.read(download(http, reader));
          const { name, licence } = reader;
          const { status, changed } = await sets.replace({ name, licence, content, at: systemClock.now() });
          terminal.out(
            `${name}: ${status.records} records, ${status.refused} refused; ${changed.length} packages changed`,
          );
        } catch (error) {
          if (!isAssayError(error)) throw error;
          failed++;
          terminal.err(`${reader.name}: ${error.message}; what was known before stays in force`);
        }
      }
    } finally {
      sets.close();
    }
    return failed === 0 ? 0 : 3;
  },
};

function choose(named: readonly string[], inForce: readonly string[]): FeedReader[] {
  const wanted =
    named.length > 0
      ? named.map(feedReader)
      : feedReaders.filter((each) => inForce.length === 0 || inForce.includes(each.name));
  const fetchable = wanted.filter((each) => each.source !== undefined);
  const [first] = wanted.filter((each) => each.source === undefined);
  if (fetchable.length === 0 || (named.length > 0 && first))
    throw new AssayError(
      'usage-invalid',
      `${first?.name ?? 'no feed'} has no address to fetch it from; download it and use assay advisories import`,
    );
  return fetchable;
}

async function* download(http: HttpClient, reader: FeedReader) {
  let url = new URL(reader.source ?? '');
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const answer = await http({ method: 'GET', url });
    if (answer.status >= 300 && answer.status < 400 && answer.headers.location !== undefined) {
      answer.discard();
      url = new URL(answer.headers.location, url);
      if (url.protocol !== 'https:')
        throw new AssayError('remote-refused', `${reader.name} redirects to ${url.origin}, which is not https`);
      continue;
    }
    if (answer.status !== 200) {
      answer.discard();
      throw new AssayError('remote-refused', `${url.host} answered ${answer.status}`);
    }
    yield* unpacked(
      url.pathname.split('/').at(-1) || reader.name,
      await collectBytes(answer.body, MAX_FEED, reader.name),
    );
    return;
  }
  throw new AssayError('remote-refused', `${reader.name} redirects more than ${MAX_REDIRECTS} times`);
}
