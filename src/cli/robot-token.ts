import { createRobotToken } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';
import { daysOption, limitsOption, tokenOptions } from './token-options.ts';

export const command: Command = {
  description: 'Makes a token for a robot and prints it, once. Limits narrow what the roles of the robot allow.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'robot', summary: 'its name, without the organisation' },
  ],
  options: [...tokenOptions, ...serverOptions],
  examples: [['assay robot token shop ci --days 30 --limit shop/app:pull,push', 'a token for one repository']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const [organisation, robot] = [argument(invocation, 0), argument(invocation, 1)];
    const body = {
      name: textOption(options, 'name') ?? 'assay robot token',
      days: daysOption(options['days']),
      limits: limitsOption(options['limit']),
    };
    const made = await callEndpoint(connect(invocation), createRobotToken, { params: { organisation, robot }, body });
    terminal.err(`for ${printable(organisation)}+${printable(robot)}, until ${made.token.expiresAt}; shown this once:`);
    terminal.out(made.secret);
    return 0;
  },
};
