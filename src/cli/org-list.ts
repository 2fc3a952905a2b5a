import { listOrganisations } from '../contract/access.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the organisations in which one holds a role.',
  options: [formatOption, ...serverOptions],
  examples: [['assay org list', 'where you work']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listOrganisations);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'LIMIT', 'DESCRIPTION'],
          items.map((each) => [
            printable(each.name),
            each.maxBytes === undefined ? '-' : String(each.maxBytes),
            printable(each.description),
          ]),
        ),
      );
    return 0;
  },
};
