import { deleteRobot } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Deletes a robot account with its tokens and roles.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'robot', summary: 'its name, without the organisation' },
  ],
  options: serverOptions,
  examples: [['assay robot delete shop ci', 'shop+ci is nobody']],
  async run(invocation) {
    const [organisation, robot] = [argument(invocation, 0), argument(invocation, 1)];
    await callEndpoint(connect(invocation), deleteRobot, { params: { organisation, robot } });
    invocation.terminal.out(`the robot ${printable(organisation)}+${printable(robot)} is gone`);
    return 0;
  },
};
