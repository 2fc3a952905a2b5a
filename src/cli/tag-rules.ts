import { listTagRules } from '../contract/access.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists which tags of a repository are immutable or protected.',
  args: [{ name: 'repository', summary: 'organisation/name' }],
  options: [formatOption, ...serverOptions],
  examples: [['assay tag rules shop/app', 'its rules']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listTagRules, {
      params: { repository: argument(invocation, 0) },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['KIND', 'PATTERN', 'ID', 'BY'],
          items.map((each) => [each.kind, printable(each.pattern), each.id, printable(each.createdBy)]),
        ),
      );
    return 0;
  },
};
