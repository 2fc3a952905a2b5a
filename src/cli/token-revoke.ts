import { revokeToken } from '../contract/session.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Revokes one of one’s own personal tokens; what was got with it ends at once.',
  args: [{ name: 'id', summary: 'of the token, from assay token list' }],
  options: serverOptions,
  examples: [['assay token revoke 0198…', 'that token opens nothing any more']],
  async run(invocation) {
    await callEndpoint(connect(invocation), revokeToken, { params: { id: argument(invocation, 0) } });
    invocation.terminal.out('the token is revoked');
    return 0;
  },
};
