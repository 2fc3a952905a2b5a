import { deleteRepository, getRepository } from '../contract/repositories.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { ask } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description: 'Deletes a repository with every image in it. Asks for its name first.',
  args: [{ name: 'name', summary: 'organisation/name' }],
  options: [
    { flags: '--yes', summary: 'do not ask' },
    { flags: '--with-trust', summary: 'its trust data goes too, without asking a second time' },
    ...serverOptions,
  ],
  examples: [['assay repo delete shop/old', 'asks before it deletes']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const params = { repository: argument(invocation, 0) };
    const { name } = await callEndpoint(client, getRepository, { params });
    if (options['yes'] !== true) {
      const typed = await ask(`Type ${printable(name)} to delete it with everything in it`, { instead: '--yes' });
      if (typed !== name) throw new AssayError('usage-invalid', 'that is another name; nothing was deleted');
    }
    try {
      await callEndpoint(client, deleteRepository, {
        params,
        query: { withTrust: String(options['withTrust'] === true) },
      });
    } catch (error) {
      if (!isAssayError(error, 'trust-present') || options['yes'] === true) throw error;
      terminal.err(printable(error.message));
      const typed = await ask('Type trust to delete its trust data as well', { instead: '--with-trust' });
      if (typed !== 'trust') throw new AssayError('usage-invalid', 'nothing was deleted');
      await callEndpoint(client, deleteRepository, { params, query: { withTrust: 'true' } });
    }
    terminal.out(`${printable(name)} is deleted`);
    return 0;
  },
};
