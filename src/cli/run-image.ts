import { AssayError } from '../lib/error.ts';
import { formatReference, parseReference } from '../oci/reference.ts';
import { contentTrustOptions, trustedReference, trustIsOn } from './content-trust.ts';
import type { Command } from './command.ts';
import { accessOptions, textOption } from './image-report.ts';
import { listOption } from './trust-keys.ts';

export const command: Command = {
  description:
    'Runs an image with docker or podman: the one that was signed under the tag, by its digest, where content trust is on. The engine never sees the tag, so nothing else can come in between.',
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
    return open.engine(textOption(options, 'engine') ?? 'docker', [
      'run',
      '--rm',
      ...listOption(options, 'engineOption'),
      formatReference(named),
      ...words,
    ]);
  },
};
