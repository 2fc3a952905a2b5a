import { createTeam } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Makes a team; roles are given to team:NAME with assay user grant.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'team', summary: 'its name' },
  ],
  options: serverOptions,
  examples: [['assay team create shop qa', 'then: assay user grant team:qa reader shop']],
  async run(invocation) {
    const [organisation, name] = [argument(invocation, 0), argument(invocation, 1)];
    await callEndpoint(connect(invocation), createTeam, { params: { organisation }, body: { name } });
    invocation.terminal.out(`the team ${printable(name)} of ${printable(organisation)} is there`);
    return 0;
  },
};
