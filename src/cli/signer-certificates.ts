import type { Command } from './command.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Makes what mutual TLS between a server and its signing service takes: ca.crt for both, signer.crt and signer.key for the service, client.crt and client.key for the server. Good for five years. The key of the authority is not kept: nobody can add a third party, and new certificates are made by running it again.',
  args: [{ name: 'folder', summary: 'a new folder' }],
  options: [
    {
      flags: '--name <host>',
      summary: 'name or address that servers reach the service by; may be given several times',
      many: true,
    },
  ],
  examples: [['assay signer certificates ./certificates --name signer.example', 'then carry each file to its side']],
  async run({ args, options, terminal, open }) {
    const names = (options['name'] as string[] | undefined) ?? ['localhost', '127.0.0.1'];
    for (const path of await open.signerCertificates(args[0] ?? '', names)) terminal.out(printable(path));
    return 0;
  },
};
