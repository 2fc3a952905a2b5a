import { createOrganisation } from '../contract/access.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Makes an organisation; repositories and roles come under it.',
  args: [{ name: 'organisation', summary: 'the first part of repository names' }],
  options: serverOptions,
  examples: [['assay org create shop', 'shop/… can be pushed to by whoever gets a role there']],
  async run(invocation) {
    const name = argument(invocation, 0);
    await callEndpoint(connect(invocation), createOrganisation, { body: { name } });
    invocation.terminal.out(`the organisation ${printable(name)} is there`);
    return 0;
  },
};
