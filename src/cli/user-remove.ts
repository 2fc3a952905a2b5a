import { deleteAccount } from '../contract/house.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Removes an account with its tokens and roles. What it pushed stays.',
  args: [{ name: 'name', summary: 'the account' }],
  options: serverOptions,
  examples: [['assay user remove dana', 'its sign-ins end at once']],
  async run(invocation) {
    const name = argument(invocation, 0);
    await callEndpoint(connect(invocation), deleteAccount, { params: { name } });
    invocation.terminal.out(`${printable(name)} is removed`);
    return 0;
  },
};
