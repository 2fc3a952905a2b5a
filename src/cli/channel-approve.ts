import { approvePromotion } from '../contract/channels.ts';
import { argument, callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { tellPromotion } from './promotion-lines.ts';

export const command: Command = {
  description:
    'Approves a request for promotion, as one of those whom the channel names for the next stage; who asked is none of them. With the last approval it is judged anew and carried out.',
  args: [{ name: 'request', summary: 'its id, from: assay channel requests' }],
  options: [{ flags: '--note <text>', summary: 'a word that is kept with it' }, formatOption, ...serverOptions],
  examples: [['assay channel approve 01a2b3c4-… --note "load test passed"', 'your word for it']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const found = await callEndpoint(connect(invocation), approvePromotion, {
      params: { id: argument(invocation, 0) },
      body: { note: textOption(options, 'note') ?? '' },
    });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, ...found }, null, 2));
    else tellPromotion(terminal, found);
    return 0;
  },
};
