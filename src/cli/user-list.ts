import { listAccounts } from '../contract/house.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the accounts of a server.',
  options: [formatOption, ...serverOptions],
  examples: [['assay user list', 'who may sign in']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listAccounts);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'ADMINISTRATOR', 'STATE', 'CREATED'],
          items.map((each) => [
            printable(each.name),
            each.administrator ? 'yes' : 'no',
            each.disabled ? 'disabled' : 'active',
            each.createdAt,
          ]),
        ),
      );
    return 0;
  },
};
