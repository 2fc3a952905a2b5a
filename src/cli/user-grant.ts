import { roleNames } from '../access/roles.ts';
import { setGrant } from '../contract/repositories.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { nearest } from './nearest.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: `Gives an account a role on a repository: ${roleNames.join(', ')}.`,
  args: [
    { name: 'name', summary: 'the account' },
    { name: 'role', summary: roleNames.join(', ') },
    { name: 'repository', summary: 'organisation/name' },
  ],
  options: serverOptions,
  examples: [['assay user grant ci publisher shop/app', 'ci may pull and push']],
  async run(invocation) {
    const [account, role, repository] = [0, 1, 2].map((at) => argument(invocation, at)) as [string, string, string];
    if (!(roleNames as readonly string[]).includes(role)) {
      const near = nearest(role, roleNames);
      throw new AssayError(
        'usage-invalid',
        `there is no role ${role}${near ? `; did you mean ${near}?` : ` (${roleNames.join(', ')})`}`,
      );
    }
    await callEndpoint(connect(invocation), setGrant, { params: { repository, account }, body: { role } });
    invocation.terminal.out(`${printable(account)} is ${role} of ${printable(repository)}`);
    return 0;
  },
};
