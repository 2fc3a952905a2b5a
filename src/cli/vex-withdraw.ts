import { withdrawStatement } from '../contract/vex.ts';
import { argument, callEndpoint, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { namedImage } from './server-image.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Withdraws a statement about a vulnerability of an image: the finding counts again, in reports and at every gate. The statement stays in the list and in the audit.',
  args: [
    { name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' },
    { name: 'statement', summary: 'its id; assay vex list shows it' },
  ],
  options: serverOptions,
  examples: [['assay vex withdraw 127.0.0.1:5000/shop/app:2 019eafb0-…', 'it counts again']],
  async run(invocation) {
    const { client, repository, reference } = namedImage(invocation);
    const id = argument(invocation, 1);
    await callEndpoint(client, withdrawStatement, { params: { repository, reference, id } });
    invocation.terminal.out(`${printable(id)} is withdrawn`);
    return 0;
  },
};
