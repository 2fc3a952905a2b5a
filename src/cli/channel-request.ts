import { requestPromotion } from '../contract/channels.ts';
import { AssayError } from '../lib/error.ts';
import { callEndpoint, formatOption, serverOptions } from './ask-server.ts';
import { imageOfServer } from './channel-promote.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellPromotion } from './promotion-lines.ts';
import { namedImage } from './server-image.ts';

export const command: Command = {
  description:
    'Asks that an image go on to the next stage of its channel. The digest that its tag names now is what is asked for, whatever the tag names later. With nothing to wait for it is carried out at once; else what it waits for is shown, and it is carried out by itself when the last of that is there.',
  args: [{ name: 'image', summary: 'repository:tag in its stage' }],
  options: [
    {
      flags: '--to <image>',
      summary: 'repository:tag in the next stage, where the patterns of the channel leave it open',
    },
    { flags: '--digest <digest>', summary: 'refuse when the tag names another one' },
    { flags: '--reason <text>', summary: 'why; whoever approves reads it' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay channel request shop/staging/app:1.2 --reason "release 1.2"', 'to production, once it is approved'],
    ['assay channel request shop/app:1.2-rc --to shop/app:1.2 --reason "release 1.2"', 'under a name of your own'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { client, repository, tag } = namedImage(invocation);
    if (tag === undefined) throw new AssayError('usage-invalid', 'name the tag that the image has in its stage');
    const wanted = textOption(options, 'to');
    const goal = wanted === undefined ? undefined : imageOfServer(wanted);
    if (goal && goal.tag === undefined) throw new AssayError('usage-invalid', 'name the tag that it gets');
    const found = await callEndpoint(client, requestPromotion, {
      body: {
        repository,
        tag,
        ...(goal && { to: { repository: goal.repository, tag: goal.tag } }),
        ...(textOption(options, 'digest') !== undefined && { digest: textOption(options, 'digest') }),
        reason: textOption(options, 'reason') ?? '',
      },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else tellPromotion(terminal, found);
    return 0;
  },
};
