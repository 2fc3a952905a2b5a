import { getAdvisories } from '../contract/house.ts';
import { renderFeed, renderOrigin } from '../contract/render-report.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Lists the advisory feeds in force, of a server or of this user: how many records, from when, under which licence.',
  options: [
    formatOption,
    ...serverOptions.map((each) =>
      each.flags.startsWith('--server')
        ? { ...each, summary: 'of this Assay server ($ASSAY_SERVER) instead of here' }
        : each,
    ),
  ],
  examples: [
    ['assay advisories status', 'how old is what local scans stand on'],
    [
      'assay advisories status --server https://registry.example.com',
      'how old is what the findings of a server stand on',
    ],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { feeds, digest, sources, sets } = await statusOf(invocation);
    if (options['format'] === 'json')
      terminal.out(JSON.stringify({ schemaVersion: 1, digest, feeds, sources, sets }, null, 2));
    const failed = sources.filter((each) => each.lastError !== undefined);
    if (feeds.length === 0)
      terminal.err('no feeds are imported: findings are unknown until one is (assay advisories import --help)');
    else if (options['format'] !== 'json') {
      const now = Date.now();
      const rows = feeds.map((feed) => [
        feed.feed,
        String(feed.records),
        String(feed.refused),
        ageOf(feed.checkedAt ?? feed.importedAt, now),
        feed.importedAt,
        feed.newestAt ?? '',
        feed.licence,
      ]);
      terminal.out(table(terminal, ['FEED', 'RECORDS', 'REFUSED', 'AGE', 'IMPORTED', 'NEWEST', 'LICENCE'], rows));
    }
    if (options['format'] !== 'json')
      for (const each of sets)
        terminal.out(
          `${printable(each.source)}: made ${each.createdAt}, checked ${each.checkedAt}, ${each.feeds.length} feeds, signed ${each.manifest}`,
        );
    for (const each of failed) terminal.err(`${each.url}: ${printable(each.lastError ?? '')} (${each.checkedAt})`);
    return feeds.length === 0 ? 3 : 0;
  },
};

/** Since the publisher was last asked: `3 h`, `2 d`. */
function ageOf(at: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

async function statusOf(invocation: Invocation) {
  const remote = textOption(invocation.options, 'server') ?? invocation.environment['ASSAY_SERVER'];
  if (remote !== undefined) return callEndpoint(connect(invocation), getAdvisories);
  const sets = await invocation.open.advisories(invocation.environment);
  try {
    const { digest, feeds } = sets.current();
    return { digest, feeds: feeds.map(renderFeed), sources: [], sets: sets.origins().map(renderOrigin) };
  } finally {
    sets.close();
  }
}
