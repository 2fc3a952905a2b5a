import { deleteRepository, getRepository } from '../contract/repositories.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { ask } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Deletes a repository with every image in it. Asks for its name first.',
  args: [{ name: 'name', summary: 'organisation/name' }],
  options: [{ flags: '--yes', summary: 'do not ask' }, ...serverOptions],
  examples: [['assay repo delete shop/old', 'asks before it deletes']],
  async run(invocation) {
    const client = connect(invocation);
    const params = { repository: argument(invocation, 0) };
    const { name } = await callEndpoint(client, getRepository, { params });
    if (invocation.options['yes'] !== true) {
      const typed = await ask(`Type ${printable(name)} to delete it with everything in it`, { instead: '--yes' });
      if (typed !== name) throw new AssayError('usage-invalid', 'that is another name; nothing was deleted');
    }
    await callEndpoint(client, deleteRepository, { params });
    invocation.terminal.out(`${printable(name)} is deleted`);
    return 0;
  },
};
