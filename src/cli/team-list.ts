import { listTeams } from '../contract/teams.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the teams of an organisation.',
  args: [{ name: 'organisation', summary: 'the first part of repository names' }],
  options: [formatOption, ...serverOptions],
  examples: [['assay team list shop', 'its teams']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listTeams, {
      params: { organisation: argument(invocation, 0) },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'MEMBERS', 'DESCRIPTION'],
          items.map((each) => [printable(each.name), String(each.members), printable(each.description)]),
        ),
      );
    return 0;
  },
};
