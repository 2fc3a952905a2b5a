import { judgeImage } from '../contract/gates.ts';
import { wishOf } from '../runtime/docker/host-config.ts';
import { hostConfigOf } from '../runtime/docker/run-options.ts';
import { AssayError } from '../lib/error.ts';
import { formatReference, parseReference } from '../oci/reference.ts';
import { contentTrustOptions, trustedReference, trustIsOn } from './content-trust.ts';
import { callEndpoint } from './ask-server.ts';
import type { Command, Invocation } from './command.ts';
import { accessOptions, clientOptions, textOption } from './image-report.ts';
import { ServerClient } from './server-client.ts';
import { printable } from './terminal.ts';
import { listOption } from './trust-keys.ts';

export const command: Command = {
  description:
    'Runs an image with docker or podman: the one that was signed under the tag, by its digest, where content trust is on. The engine never sees the tag, so nothing else can come in between. What the policies of the server refuse at the gate run is not started.',
  args: [
    { name: 'image', summary: 'registry/repository:tag' },
    { name: 'command...', summary: 'what to run in it; options of it after --', optional: true },
  ],
  options: [
    { flags: '--engine <name>', summary: 'docker (the default) or podman', choices: ['docker', 'podman'] },
    {
      flags: '--engine-option <option>',
      summary: 'an option of the engine’s run, as --engine-option=--network=none (several)',
      many: true,
    },
    ...contentTrustOptions,
    ...accessOptions,
  ],
  examples: [
    ['assay run --content-trust 127.0.0.1:5000/shop/app:1.0', 'refuses what is not signed'],
    ['assay run --engine-option=--network=none 127.0.0.1:5000/shop/app:1.0 -- ls -l', 'no network, another command'],
  ],
  async run(invocation) {
    const { args, options, open } = invocation;
    const [image = '', ...words] = args;
    const reference = parseReference(image);
    if (reference.transport !== 'registry' || reference.host === undefined)
      throw new AssayError('usage-invalid', 'run takes an image of a registry, as in 127.0.0.1:5000/shop/app:1.0');
    const trusted = await trustedReference(invocation, reference);
    const { tag: _tag, ...byDigest } = trusted;
    const named = trustIsOn(invocation) ? { ...byDigest, tag: undefined } : trusted;
    await requireRun(invocation, reference.host, formatReference(named));
    return open.engine(textOption(options, 'engine') ?? 'docker', [
      'run',
      '--rm',
      ...listOption(options, 'engineOption'),
      formatReference(named),
      ...words,
    ]);
  },
};

/** Asks the gate at run of a server of ours; another registry has none, and the engine's own gate is asked anyway. */
async function requireRun(invocation: Invocation, host: string, image: string): Promise<void> {
  const client = new ServerClient(host, invocation.environment, clientOptions(invocation.options));
  if (!(await client.isAssay())) return;
  const powers = [...wishOf(hostConfigOf(listOption(invocation.options, 'engineOption'))).powers];
  const { outcome, line, warnings } = await callEndpoint(client, judgeImage, {
    params: { gate: 'run' },
    body: { image, powers },
  });
  for (const each of warnings) invocation.terminal.err(printable(each));
  if (outcome === 'deny') throw new AssayError('policy-refused', line);
}
