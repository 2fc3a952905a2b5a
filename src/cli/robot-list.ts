import { listRobots } from '../contract/teams.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the robot accounts of an organisation with their tokens.',
  args: [{ name: 'organisation', summary: 'the first part of repository names' }],
  options: [formatOption, ...serverOptions],
  examples: [['assay robot list shop', 'robots, their tokens and when these end']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listRobots, {
      params: { organisation: argument(invocation, 0) },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['ROBOT', 'TOKEN', 'ID', 'LAST USED', 'ENDS'],
          items.flatMap((each) =>
            each.tokens.length === 0
              ? [[printable(each.name), '-', '-', '-', '-']]
              : each.tokens.map((token) => [
                  printable(each.name),
                  printable(token.name),
                  token.id,
                  token.lastUsedAt ?? 'never',
                  token.expiresAt,
                ]),
          ),
        ),
      );
    return 0;
  },
};
