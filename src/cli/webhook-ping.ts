import { pingWebhook } from '../contract/notify.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Sends a message that says nothing to a webhook, to see whether one arrives.',
  args: [{ name: 'id', summary: 'of the webhook, from assay webhook list' }],
  options: serverOptions,
  examples: [['assay webhook ping 0198…', 'a message is on its way']],
  async run(invocation) {
    await callEndpoint(connect(invocation), pingWebhook, { params: { id: argument(invocation, 0) } });
    invocation.terminal.out('a message is on its way; the console’s deliveries tell what became of it');
    return 0;
  },
};
