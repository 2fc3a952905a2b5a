import { createRobot } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Makes a robot account; it signs in as ORGANISATION+NAME with a token.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'robot', summary: 'its name, without the organisation' },
  ],
  options: serverOptions,
  examples: [['assay robot create shop ci', 'makes shop+ci; then assay user grant shop+ci publisher shop']],
  async run(invocation) {
    const [organisation, name] = [argument(invocation, 0), argument(invocation, 1)];
    const robot = await callEndpoint(connect(invocation), createRobot, { params: { organisation }, body: { name } });
    invocation.terminal.out(`the robot ${printable(robot.name)} is there`);
    return 0;
  },
};
