import { isBuiltInRole, roleNames } from '../access/roles.ts';
import { setOrganisationGrant } from '../contract/access.ts';
import { setGrant } from '../contract/repositories.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { nearest } from '../lib/nearest.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: `Gives an account or a team a role on a repository, or on a whole organisation: ${roleNames.join(', ')}, or a role of the organisation’s own.`,
  args: [
    { name: 'name', summary: 'the account, or team:NAME' },
    { name: 'role', summary: roleNames.join(', ') },
    { name: 'repository', summary: 'organisation/name, or the organisation alone' },
  ],
  options: serverOptions,
  examples: [
    ['assay user grant dana publisher shop/app', 'dana may pull, push and sign'],
    ['assay user grant team:qa reader shop', 'the team reads every repository of shop'],
  ],
  async run(invocation) {
    const [account, role, repository] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    if (!isBuiltInRole(role)) {
      const near = nearest(role, roleNames);
      if (near) throw new AssayError('usage-invalid', `there is no role ${role}; did you mean ${near}?`);
    }
    const client = connect(invocation);
    if (repository.includes('/'))
      await callEndpoint(client, setGrant, { params: { repository, account }, body: { role } });
    else
      await callEndpoint(client, setOrganisationGrant, {
        params: { organisation: repository, account },
        body: { role },
      });
    invocation.terminal.out(`${printable(account)} is ${role} of ${printable(repository)}`);
    return 0;
  },
};
