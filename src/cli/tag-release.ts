import { deleteTagRule } from '../contract/access.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Lifts a rule for tags.',
  args: [
    { name: 'repository', summary: 'organisation/name' },
    { name: 'id', summary: 'of the rule, from assay tag rules' },
  ],
  options: serverOptions,
  examples: [['assay tag release shop/app 0198…', 'the rule is no more']],
  async run(invocation) {
    const [repository, id] = [argument(invocation, 0), argument(invocation, 1)];
    await callEndpoint(connect(invocation), deleteTagRule, { params: { repository, id } });
    invocation.terminal.out(`the rule is lifted from ${printable(repository)}`);
    return 0;
  },
};
