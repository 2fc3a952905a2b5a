import { revokeRobotToken } from '../contract/teams.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Revokes a token of a robot; what was got with it ends at once.',
  args: [
    { name: 'organisation', summary: 'the first part of repository names' },
    { name: 'robot', summary: 'its name, without the organisation' },
    { name: 'id', summary: 'of the token, from assay robot list' },
  ],
  options: serverOptions,
  examples: [['assay robot revoke shop ci 0198…', 'that token opens nothing any more']],
  async run(invocation) {
    const [organisation, robot, id] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    await callEndpoint(connect(invocation), revokeRobotToken, { params: { organisation, robot, id } });
    invocation.terminal.out('the token is revoked');
    return 0;
  },
};
