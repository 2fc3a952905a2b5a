import { removeTeamMember } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Takes an account out of a team.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'team', summary: 'its name' },
    { name: 'account', summary: 'who leaves' },
  ],
  options: serverOptions,
  examples: [['assay team remove shop qa dana', 'dana loses the roles of the team']],
  async run(invocation) {
    const [organisation, team, account] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    await callEndpoint(connect(invocation), removeTeamMember, { params: { organisation, team, account } });
    invocation.terminal.out(`${printable(account)} is not in ${printable(team)} any more`);
    return 0;
  },
};
