import { removeChannel } from '../contract/channels.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import { channelName } from './channel-name.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description:
    'Takes a channel out of force: its stages are repositories like others again, and what was asked is void. What was promoted stays where it is, with its evidence.',
  args: [{ name: 'channel', summary: 'organisation/channel' }],
  options: serverOptions,
  examples: [['assay channel remove shop/app', 'anybody with the right pushes there again']],
  async run(invocation) {
    const text = argument(invocation, 0);
    await callEndpoint(connect(invocation), removeChannel, { params: channelName(text) });
    invocation.terminal.out(`${text} is out of force`);
    return 0;
  },
};
