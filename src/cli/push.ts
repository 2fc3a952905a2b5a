import { AssayError } from '../lib/error.ts';
import { parseReference } from '../oci/reference.ts';
import type { Command } from './command.ts';
import { copyBetween, copyOptions } from './copy.ts';

export const command: Command = {
  description: 'Pushes an image from this machine to a registry, with everything attached to it.',
  args: [
    { name: 'source', summary: 'oci:DIR[:NAME], oci-archive:FILE, docker-archive:FILE or docker-daemon:NAME' },
    { name: 'destination', summary: 'registry/repository:tag' },
  ],
  options: copyOptions,
  examples: [
    ['assay push oci:./image 127.0.0.1:5000/shop/app:1', 'an image layout, made by buildah, docker buildx or ko'],
    ['assay push docker-daemon:shop/app:1 127.0.0.1:5000/shop/app:1', 'what the docker engine holds'],
  ],
  async run(invocation) {
    const [from, to] = [parseReference(invocation.args[0] ?? ''), parseReference(invocation.args[1] ?? '')];
    if (from.transport === 'registry')
      throw new AssayError(
        'usage-invalid',
        'push takes an image of this machine (oci:DIR, docker-archive:FILE …); assay copy goes between registries',
      );
    if (to.transport !== 'registry')
      throw new AssayError('usage-invalid', 'push writes to a registry; use assay copy for files');
    return copyBetween(invocation, from, to);
  },
};
