import { removeOrganisationGrant } from '../contract/access.ts';
import { removeGrant } from '../contract/repositories.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Takes an account’s role on a repository, or on a whole organisation, away.',
  args: [
    { name: 'name', summary: 'the account, or team:NAME' },
    { name: 'repository', summary: 'organisation/name, or the organisation alone' },
  ],
  options: serverOptions,
  examples: [['assay user revoke ci shop/app', 'ci may do no more there than anybody']],
  async run(invocation) {
    const [account, repository] = [argument(invocation, 0), argument(invocation, 1)];
    const client = connect(invocation);
    if (repository.includes('/')) await callEndpoint(client, removeGrant, { params: { repository, account } });
    else await callEndpoint(client, removeOrganisationGrant, { params: { organisation: repository, account } });
    invocation.terminal.out(`${printable(account)} holds no role on ${printable(repository)} any more`);
    return 0;
  },
};
