import { promoteImage } from '../contract/channels.ts';
import { AssayError } from '../lib/error.ts';
import { manifestOf, parseReference, type RegistryReference } from '../oci/reference.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

/** An image of the server that is asked, with or without its host. */
export function imageOfServer(text: string): RegistryReference {
  const reference = parseReference(text);
  if (reference.transport !== 'registry') throw new AssayError('usage-invalid', `${text} is no image of a registry`);
  return reference;
}

export const command: Command = {
  description:
    'Brings an image on at once or not at all, to another repository or another tag, by the policies of where it goes: the same bytes under the same digest, with what is attached to it. Into a stage of a channel it goes only when nothing stands against it that the channel asks for; to wait for approvals use assay channel request. Signatures of content trust are of a name: sign it there too.',
  args: [
    { name: 'from', summary: 'repository:tag or repository@digest' },
    { name: 'to', summary: 'repository:tag' },
  ],
  options: [...serverOptions, { flags: '--reason <text>', summary: 'why, for the audit' }],
  examples: [
    ['assay channel promote shop/intake/app:1.2 shop/staging/app:1.2 --reason "passed the tests"', 'one step on'],
    ['assay channel promote shop/app:1.2-rc shop/app:1.2 --reason "release 1.2"', 'from one tag to another'],
  ],
  async run(invocation) {
    const [from, to] = [imageOfServer(argument(invocation, 0)), imageOfServer(argument(invocation, 1))];
    if (to.tag === undefined) throw new AssayError('usage-invalid', 'name the tag that it gets');
    const done = await callEndpoint(connect(invocation), promoteImage, {
      params: { repository: from.repository, reference: manifestOf(from) },
      body: { repository: to.repository, tag: to.tag, reason: textOption(invocation.options, 'reason') ?? '' },
    });
    const before = done.previous === undefined ? '' : `, before it ${done.previous}`;
    invocation.terminal.out(printable(`${done.to} is ${done.digest}${before}`));
    return 0;
  },
};
