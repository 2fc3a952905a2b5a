import { deletePolicy } from '../contract/policy.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { organisationOption, organisationQuery } from './policy-file.ts';

export const command: Command = {
  description: 'Takes a policy out of force; its history stays, and a text of it can be applied again.',
  args: [{ name: 'name', summary: 'of the policy' }],
  options: [organisationOption, ...serverOptions],
  examples: [['assay policy remove --organisation shop base', 'it rules no more']],
  async run(invocation) {
    const name = argument(invocation, 0);
    await callEndpoint(connect(invocation), deletePolicy, { params: { name }, query: organisationQuery(invocation) });
    invocation.terminal.out(`${name} is out of force`);
    return 0;
  },
};
