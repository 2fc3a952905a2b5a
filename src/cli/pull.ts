import { AssayError } from '../lib/error.ts';
import { type ImageReference, parseReference, type RegistryReference } from '../oci/reference.ts';
import type { Command } from './command.ts';
import { copyBetween, copyOptions } from './copy.ts';

export const command: Command = {
  description:
    'Pulls an image from a registry into a folder or file, with everything attached to it. Without a destination it goes to an image layout named after the repository.',
  args: [
    { name: 'source', summary: 'registry/repository:tag or @digest' },
    { name: 'destination', summary: 'oci:DIR[:NAME] or oci-archive:FILE[:NAME]', optional: true },
  ],
  options: copyOptions,
  examples: [
    ['assay pull 127.0.0.1:5000/shop/app:1', 'to the layout ./app, as 1'],
    ['assay pull docker://alpine:3.20 oci-archive:alpine.tar', 'one file that docker load and podman load read'],
  ],
  async run(invocation) {
    const [source = '', destination] = invocation.args;
    const from = parseReference(source);
    if (from.transport !== 'registry')
      throw new AssayError('usage-invalid', 'pull takes an image of a registry; use assay copy for files');
    const to = destination === undefined ? layoutFor(from) : parseReference(destination);
    if (to.transport === 'registry')
      throw new AssayError(
        'usage-invalid',
        'pull writes to oci:DIR or oci-archive:FILE; assay copy goes between registries',
      );
    return copyBetween(invocation, from, to);
  },
};

function layoutFor({ repository, tag, digest }: RegistryReference): ImageReference {
  const name = tag ?? (digest === undefined ? 'latest' : undefined);
  return { transport: 'oci', path: `./${repository.split('/').at(-1)}`, name, position: undefined };
}
