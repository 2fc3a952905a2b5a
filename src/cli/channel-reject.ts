import { rejectPromotion } from '../contract/channels.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellPromotion } from './promotion-lines.ts';

export const command: Command = {
  description:
    'Ends a request for promotion. Those who could approve it may, owners of the organisation, and who asked for it.',
  args: [{ name: 'request', summary: 'its id, from: assay channel requests' }],
  options: [{ flags: '--reason <text>', summary: 'why; who asked is told' }, formatOption, ...serverOptions],
  examples: [['assay channel reject 01a2b3c4-… --reason "fails under load"', 'it goes no further']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const found = await callEndpoint(connect(invocation), rejectPromotion, {
      params: { id: argument(invocation, 0) },
      body: { reason: textOption(options, 'reason') ?? '' },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else tellPromotion(terminal, found);
    return 0;
  },
};
