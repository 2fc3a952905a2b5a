import { renameRepository } from '../contract/repositories.ts';
import { AssayError, isAssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { ask } from './prompt.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Gives a repository another name in its organisation, with everything in it. Pulls of the old name go on for 90 days. Signatures are of the old name, so a signed repository is signed anew under the new one.',
  args: [
    { name: 'name', summary: 'organisation/name' },
    { name: 'new', summary: 'its new name, with the organisation' },
  ],
  options: [
    { flags: '--with-trust', summary: 'do not ask about its trust data, which stays with the old name' },
    ...serverOptions,
  ],
  examples: [['assay repo rename shop/app shop/web', 'shop/app is pulled for 90 days more']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const client = connect(invocation);
    const params = { repository: argument(invocation, 0) };
    const name = argument(invocation, 1);
    const rename = (withTrust: boolean) =>
      callEndpoint(client, renameRepository, { params, body: { name, withTrust } });
    let now: Awaited<ReturnType<typeof rename>>;
    try {
      now = await rename(options['withTrust'] === true);
    } catch (error) {
      if (!isAssayError(error, 'trust-present')) throw error;
      terminal.err(printable(error.message));
      const typed = await ask('Type the new name to go on', { instead: '--with-trust' });
      if (typed !== name) throw new AssayError('usage-invalid', 'nothing was renamed');
      now = await rename(true);
    }
    terminal.out(`${printable(params.repository)} is ${printable(now.name)} now`);
    return 0;
  },
};
