import { rollBackTag } from '../contract/channels.ts';
import { AssayError } from '../lib/error.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import { imageOfServer } from './channel-promote.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';

export const command: Command = {
  description:
    'Has a tag name again what it named before its last move, if the policies of now let that through. In a stage of a channel its last promotion is taken back, one step, by those who approve there or a maintainer.',
  args: [{ name: 'image', summary: 'repository:tag' }],
  options: [...serverOptions, { flags: '--reason <text>', summary: 'why, for the audit' }],
  examples: [['assay channel roll-back shop/production/app:1 --reason "fails under load"', 'one step back']],
  async run(invocation) {
    const { repository, tag } = imageOfServer(argument(invocation, 0));
    if (tag === undefined) throw new AssayError('usage-invalid', 'name the tag that goes back');
    const body = { reason: textOption(invocation.options, 'reason') ?? '' };
    const done = await callEndpoint(connect(invocation), rollBackTag, { params: { repository, tag }, body });
    invocation.terminal.out(printable(`${repository}:${tag} is ${done.digest} again, not ${done.previous}`));
    return 0;
  },
};
