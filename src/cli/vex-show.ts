import { getVexDocument } from '../contract/vex.ts';
import { callEndpoint, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { namedImage } from './server-image.ts';

export const command: Command = {
  description:
    'Writes the statements in force about an image on a server as one OpenVEX 0.2.0 document, for scanners that read VEX from files (trivy --vex, grype --vex). Trivy finds the same document by itself with --vex oci.',
  args: [{ name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' }],
  options: serverOptions,
  examples: [['assay vex show 127.0.0.1:5000/shop/app:2 > app.openvex.json', 'a file for grype --vex']],
  async run(invocation) {
    const { client, repository, reference } = namedImage(invocation);
    const document = await callEndpoint(client, getVexDocument, { params: { repository, reference } });
    invocation.terminal.out(JSON.stringify(document, null, 2));
    return 0;
  },
};
