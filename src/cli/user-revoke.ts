import { removeGrant } from '../contract/repositories.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Takes an account’s role on a repository away.',
  args: [
    { name: 'name', summary: 'the account' },
    { name: 'repository', summary: 'organisation/name' },
  ],
  options: serverOptions,
  examples: [['assay user revoke ci shop/app', 'ci may do no more there than anybody']],
  async run(invocation) {
    const [account, repository] = [argument(invocation, 0), argument(invocation, 1)];
    await callEndpoint(connect(invocation), removeGrant, { params: { repository, account } });
    invocation.terminal.out(`${printable(account)} holds no role on ${printable(repository)} any more`);
    return 0;
  },
};
