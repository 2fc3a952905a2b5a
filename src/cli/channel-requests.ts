import { getPromotion, listPromotions } from '../contract/channels.ts';
import { promotionStates } from '../ports/channel-records.ts';
import { callEndpoint, collect, connect, everyItem, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellPromotion } from './promotion-lines.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description:
    'Lists requests for promotion, newest first, of images that you may pull; those that wait, unless another state is asked for. With an id: that one, with what it waits for, or the evidence that it was carried out on.',
  args: [{ name: 'request', summary: 'only this one, with all that is known of it', optional: true }],
  options: [
    {
      flags: '--state <state>',
      summary: `${promotionStates.join(', ')} or all (default: open)`,
      choices: [...promotionStates, 'all'],
    },
    { flags: '--organisation <name>', summary: 'only of this organisation' },
    { flags: '--channel <name>', summary: 'only of this channel' },
    { flags: '--repository <name>', summary: 'only from or to this repository' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay channel requests', 'what waits for somebody'],
    ['assay channel requests --state promoted --repository shop/production/app', 'what came there, and when'],
    ['assay channel requests 01a2b3c4-… --format json', 'its evidence'],
  ],
  async run(invocation) {
    const { options, terminal, args } = invocation;
    const client = connect(invocation);
    const [id] = args;
    if (id !== undefined) {
      const found = await callEndpoint(client, getPromotion, { params: { id } });
      if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
      else tellPromotion(terminal, found);
      return 0;
    }
    const state = textOption(options, 'state') ?? 'open';
    const query = {
      organisation: textOption(options, 'organisation'),
      channel: textOption(options, 'channel'),
      repository: textOption(options, 'repository'),
      state: state === 'all' ? undefined : state,
    };
    const items = await collect(
      everyItem((cursor) => callEndpoint(client, listPromotions, { query: { ...query, cursor } })),
    );
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['REQUEST', 'STATE', 'FROM', 'TO', 'BY', 'AT', 'REASON'],
          items.map((each) => [
            each.id,
            each.rolledBackAt === undefined ? each.state : 'rolled back',
            `${each.from.repository}:${each.from.tag}`,
            `${each.to.repository}:${each.to.tag}`,
            printable(each.askedBy),
            each.askedAt,
            printable(each.reason),
          ]),
        ),
      );
    return 0;
  },
};
