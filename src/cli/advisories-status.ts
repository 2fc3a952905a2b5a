import { getAdvisories } from '../contract/house.ts';
import type { Command } from './command.ts';
import { ServerClient } from './server-client.ts';
import { table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the advisory feeds in force: how many records, from when, under which licence.',
  options: [{ flags: '--server <url>', summary: 'Assay server (default http://127.0.0.1:5000)' }],
  examples: [['assay advisories status', 'how old is what the findings stand on']],
  async run({ options, terminal, environment }) {
    const server =
      typeof options['server'] === 'string'
        ? options['server']
        : (environment['ASSAY_SERVER'] ?? 'http://127.0.0.1:5000');
    const { feeds } = getAdvisories.answer.parse(
      await new ServerClient(server, environment).call('GET', '/api/v1/advisories'),
    );
    if (feeds.length === 0) {
      terminal.err('no feeds are imported: findings are unknown until one is (assay advisories import --help)');
      return 3;
    }
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
