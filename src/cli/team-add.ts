import { addTeamMember } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Adds an account to a team.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'team', summary: 'its name' },
    { name: 'account', summary: 'who joins' },
  ],
  options: serverOptions,
  examples: [['assay team add shop qa dana', 'dana has the roles of the team']],
  async run(invocation) {
    const [organisation, team, account] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    await callEndpoint(connect(invocation), addTeamMember, { params: { organisation, team, account } });
    invocation.terminal.out(`${printable(account)} is in ${printable(team)}`);
    return 0;
  },
};
