import { listStatements } from '../contract/vex.ts';
import { callEndpoint, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { namedImage } from './server-image.ts';
import { printStatements } from './vex-table.ts';

export const command: Command = {
  description:
    'Lists what was said of vulnerabilities of an image on a server (VEX), newest first. Of several statements about the same vulnerability of a package the newest counts.',
  args: [{ name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' }],
  options: [{ flags: '--all', summary: 'withdrawn statements too' }, formatOption, ...serverOptions],
  examples: [['assay vex list 127.0.0.1:5000/shop/app:2', 'what is in force']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { client, repository, reference } = namedImage(invocation);
    const found = await callEndpoint(client, listStatements, { params: { repository, reference } });
    const items = found.items.filter((each) => options['all'] || !each.withdrawn);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else printStatements(terminal, items);
    return 0;
  },
};
