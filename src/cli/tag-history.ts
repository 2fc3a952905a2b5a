import { tagHistory } from '../contract/repositories.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Shows what a tag named before, newest first: when it moved, to which digest, and by whom.',
  args: [
    { name: 'repository', summary: 'organisation/name' },
    { name: 'tag', summary: 'the tag' },
  ],
  options: [formatOption, ...serverOptions],
  examples: [['assay tag history shop/app latest', 'did somebody change it since yesterday?']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const params = { repository: argument(invocation, 0), tag: argument(invocation, 1) };
    const { items } = await callEndpoint(connect(invocation), tagHistory, { params });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['WHEN', 'BY', 'DIGEST'],
          items.map((each) => [each.changedAt, printable(each.changedBy), each.digest ?? 'deleted']),
        ),
      );
    return 0;
  },
};
