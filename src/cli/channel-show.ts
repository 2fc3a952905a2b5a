import type { z } from 'zod';
import { type channelShape, getChannel } from '../contract/channels.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import { channelName } from './channel-name.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

type Terms = NonNullable<z.output<typeof channelShape>['stages'][number]['promotion']>;

export const command: Command = {
  description:
    'Shows a channel: each stage with what a promotion into it needs, and the newest images that stand in it. With --text it is shown as it was written, to be edited and applied again.',
  args: [{ name: 'channel', summary: 'organisation/channel' }],
  options: [{ flags: '--text', summary: 'the definition as it was written' }, formatOption, ...serverOptions],
  examples: [
    ['assay channel show shop/app', 'what stands where'],
    ['assay channel show --text shop/app > app.yaml', 'to be edited and applied again'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const params = channelName(argument(invocation, 0));
    const found = await callEndpoint(connect(invocation), getChannel, { params });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else if (options['text'] === true) terminal.out(found.text.split('\n').map(printable).join('\n').trimEnd());
    else
      for (const [at, { stage, repository, tag, promotion }] of found.stages.entries()) {
        if (at > 0) terminal.out('');
        const place = tag === undefined ? repository : `${repository}:${tag}`;
        terminal.out(`${terminal.style('bold', stage)}  ${place}`);
        terminal.out(`  ${promotion ? termsInWords(promotion) : 'images come in here'}`);
        const images = found.images[at] ?? [];
        if (images.length > 0)
          terminal.out(
            table(
              terminal,
              ['IMAGE', 'DIGEST', 'SINCE', 'BY'],
              images.map((each) => [
                `${each.repository}:${each.tag}`,
                each.digest.slice(0, 19),
                each.since,
                printable(each.by),
              ]),
            ),
          );
      }
    return 0;
  },
};

function termsInWords({ start, approvals, minimumAge, gates, expires }: Terms): string {
  return [
    start === 'automatic' ? 'asks by itself' : 'by promotion only',
    ...approvals.map(({ count, by }) => `${count} of ${by.join(', ')} ${count === 1 ? 'approves' : 'approve'}`),
    ...(minimumAge > 0 ? [`after ${minimumAge} hours in the stage before`] : []),
    gates.length > 0 ? `by the policies of ${gates.join(', ')}` : 'whatever policies say',
    `within ${expires} hours`,
  ].join(' · ');
}
