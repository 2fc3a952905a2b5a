import { readFile } from 'node:fs/promises';
import { takeStatements } from '../contract/vex.ts';
import { AssayError, systemCode } from '../lib/error.ts';
import { argument, callEndpoint, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { namedImage } from './server-image.ts';
import { statementInWords } from './vex-table.ts';

export const command: Command = {
  description:
    'Takes in what a VEX document says of an image on a server: OpenVEX, CSAF or CycloneDX, bare or as an attestation (in-toto, DSSE, sigstore bundle). Its statements are in force from then on, with the author and time that it names; whoever takes it in answers for it, so signatures are to be verified before. Statements about other images and packages are left out.',
  args: [
    { name: 'image', summary: 'registry/repository:tag or @digest; without the registry on the server' },
    { name: 'file', summary: 'the document' },
  ],
  options: [formatOption, ...serverOptions],
  examples: [
    ['assay vex import 127.0.0.1:5000/shop/app:2 vendor.csaf.json', 'a vendor’s word on what is in the image'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { client, repository, reference } = namedImage(invocation);
    const path = argument(invocation, 1);
    const document = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new AssayError('input-invalid', `cannot read ${path}: ${systemCode(cause) ?? 'unknown'}`, { cause });
    });
    const { items, others } = await callEndpoint(client, takeStatements, {
      params: { repository, reference },
      body: { document },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items, others }, null, 2));
    else for (const each of items) terminal.out(statementInWords(each));
    if (others > 0) terminal.err(`${others} ${others === 1 ? 'statement is' : 'statements are'} about something else`);
    return 0;
  },
};
