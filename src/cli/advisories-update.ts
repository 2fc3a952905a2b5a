import { feedReaders } from '../content/advisories/feeds.ts';
import { feedName, type FeedReader } from '../content/advisories/feed.ts';
import { systemClock } from '../lib/clock.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { feedReader } from '../work/content/advisories.ts';
import { fetchFeed } from '../work/content/fetch-feed.ts';
import type { Command } from './command.ts';
import { unpacked } from './feed-files.ts';
import { accessOptions, imageAccess } from './image-report.ts';

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
      const chosen = choose(args, inForce).flatMap((reader) => reader.sources.map((source) => ({ reader, source })));
      for (const { reader, source } of chosen) {
        try {
          const content = await reader.read(download(http, source));
          const { licence } = reader;
          const name = feedName(reader, content);
          const { status, changed } = await sets.replace({ name, licence, content, at: systemClock.now() });
          terminal.out(
            `${name}: ${status.records} records, ${status.refused} refused; ${changed.length} packages changed`,
          );
        } catch (error) {
          if (!isAssayError(error)) throw error;
          failed++;
          terminal.err(`${source}: ${error.message}; what was known before stays in force`);
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
      : feedReaders.filter(
          (each) =>
            inForce.length === 0 || inForce.some((name) => name === each.name || name.startsWith(`${each.name}-`)),
        );
  const fetchable = wanted.filter((each) => each.sources.length > 0);
  const [first] = wanted.filter((each) => each.sources.length === 0);
  if (fetchable.length === 0 || (named.length > 0 && first))
    throw new AssayError(
      'usage-invalid',
      `${first?.name ?? 'no feed'} has no address to fetch it from; download it and use assay advisories import`,
    );
  return fetchable;
}

async function* download(http: HttpClient, source: string) {
  const fetched = await fetchFeed(http, source);
  if (fetched) yield* unpacked(fetched.name, fetched.bytes);
}
