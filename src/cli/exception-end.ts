import { endException } from '../contract/policy.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Ends an exception before its time; every gate follows at once.',
  args: [{ name: 'id', summary: 'of the exception, as the list shows it' }],
  options: [...serverOptions],
  examples: [['assay exception end 019ac0de-0000-7000-8000-000000000000', 'it lets nothing through any more']],
  async run(invocation) {
    const id = argument(invocation, 0);
    await callEndpoint(connect(invocation), endException, { params: { id } });
    invocation.terminal.out(`${id} has ended`);
    return 0;
  },
};
