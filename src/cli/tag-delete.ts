import { deleteTag } from '../contract/repositories.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Deletes a tag. The image stays and can be pulled by its digest.',
  args: [
    { name: 'repository', summary: 'organisation/name' },
    { name: 'tag', summary: 'the tag' },
  ],
  options: serverOptions,
  examples: [['assay tag delete shop/app 1.0-rc1', 'the history of the tag is kept']],
  async run(invocation) {
    const [repository, tag] = [argument(invocation, 0), argument(invocation, 1)];
    await callEndpoint(connect(invocation), deleteTag, { params: { repository, tag } });
    invocation.terminal.out(`${printable(repository)}:${printable(tag)} is deleted`);
    return 0;
  },
};
