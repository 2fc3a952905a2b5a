import { listChannels } from '../contract/channels.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the channels of an organisation: the stages that images go through, in their order.',
  args: [{ name: 'organisation', summary: 'whose channels' }],
  options: [formatOption, ...serverOptions],
  examples: [['assay channel list shop', 'the ways of images through shop']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const params = { organisation: argument(invocation, 0) };
    const { items } = await callEndpoint(connect(invocation), listChannels, { params });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['CHANNEL', 'STAGES', 'VERSION', 'SINCE', 'BY', 'DESCRIPTION'],
          items.map((each) => [
            `${each.organisation}/${each.channel}`,
            each.stages.map(({ stage }) => stage).join(' → '),
            String(each.version),
            each.updatedAt,
            printable(each.updatedBy),
            printable(each.description),
          ]),
        ),
      );
    return 0;
  },
};
