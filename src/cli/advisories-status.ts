import { getAdvisories } from '../contract/house.ts';
import { renderFeed } from '../contract/render-report.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command, Invocation } from './command.ts';
import { textOption } from './image-report.ts';
import { table } from './terminal.ts';

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
    const { feeds, digest } = await statusOf(invocation);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, digest, feeds }, null, 2));
    if (feeds.length === 0) {
      terminal.err('no feeds are imported: findings are unknown until one is (assay advisories import --help)');
      return 3;
    }
    if (options['format'] === 'json') return 0;
    const rows = feeds.map((feed) => [
      feed.feed,
      String(feed.records),
      String(feed.refused),
      feed.importedAt,
      feed.newestAt ?? '',
      feed.licence,
    ]);
    terminal.out(table(terminal, ['FEED', 'RECORDS', 'REFUSED', 'IMPORTED', 'NEWEST', 'LICENCE'], rows));
    return 0;
  },
};

async function statusOf(invocation: Invocation) {
  const remote = textOption(invocation.options, 'server') ?? invocation.environment['ASSAY_SERVER'];
  if (remote !== undefined) return callEndpoint(connect(invocation), getAdvisories);
  const sets = await invocation.open.advisories(invocation.environment);
  try {
    const { digest, feeds } = sets.current();
    return { digest, feeds: feeds.map(renderFeed) };
  } finally {
    sets.close();
  }
}
