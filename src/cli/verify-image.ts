import { judgeImage } from '../contract/gates.ts';
import { AssayError } from '../lib/error.ts';
import { formatReference, parseRegistryReference } from '../oci/reference.ts';
import { callEndpoint, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { clientOptions, textOption } from './image-report.ts';
import { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';

/** containerd reads at most 32 KiB of the reason. */
const MAX_REASON = 4000;

export const command: Command = {
  description:
    'Answers containerd’s image verifier (bindir): whether an image that is being pulled may run, by the gate at run of the server that holds it, or of --server or $ASSAY_SERVER. The reason goes to standard output; any status but 0 refuses. Containerd passes -name, -digest and -stdin-media-type; a script in its folder of verifiers hands them on.',
  options: [
    { flags: '--name <reference>', summary: 'name that is pulled' },
    { flags: '--digest <digest>', summary: 'digest that it resolved to' },
    {
      flags: '--stdin-media-type <type>',
      summary: 'of what is on standard input; it is not read: the server has the bytes',
    },
    ...serverOptions,
  ],
  oneHyphen: ['name', 'digest', 'stdin-media-type'],
  examples: [
    [
      'assay verify-image -name registry.example.com/shop/app:1 -digest sha256:… -stdin-media-type application/vnd.oci.descriptor.v1+json',
      'as containerd calls it',
    ],
  ],
  async run({ options, terminal, environment }) {
    const [name, digest] = [textOption(options, 'name'), textOption(options, 'digest')];
    if (name === undefined || digest === undefined)
      throw new AssayError('usage-invalid', 'containerd passes -name and -digest; one of them is missing');
    const { tag: _tag, ...named } = parseRegistryReference(`${name.split('@', 1)[0]}@${digest}`);
    const server = textOption(options, 'server') ?? environment['ASSAY_SERVER'] ?? named.host;
    if (server === undefined) throw new AssayError('usage-invalid', `${name} names no registry; set ASSAY_SERVER`);
    const { outcome, line } = await callEndpoint(
      new ServerClient(server, environment, clientOptions(options)),
      judgeImage,
      { params: { gate: 'run' }, body: { image: formatReference({ ...named, tag: undefined }) } },
    );
    terminal.out(printable(line).slice(0, MAX_REASON));
    return outcome === 'allow' ? 0 : 1;
  },
};
