import { listReleases } from '../contract/quarantine.ts';
import { callEndpoint, collect, connect, everyItem, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the images that a person holds back, or let go, newest first.',
  options: [
    { flags: '--state <state>', summary: 'held or released (default: held)', choices: ['held', 'released', 'all'] },
    formatOption,
    ...serverOptions,
  ],
  examples: [['assay quarantine list', 'what is held back']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const state = textOption(options, 'state') ?? 'held';
    const items = await collect(
      everyItem((cursor) =>
        callEndpoint(client, listReleases, { query: { cursor, state: state === 'all' ? undefined : state } }),
      ),
    );
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['STATE', 'IMAGE', 'AT', 'BY', 'REASON'],
          items.map((each) => [
            each.state,
            printable(`${each.repository}@${each.digest}`),
            each.at,
            printable(each.by),
            printable(each.reason),
          ]),
        ),
      );
    return 0;
  },
};
