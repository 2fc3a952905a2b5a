import { deleteWebhook } from '../contract/notify.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';

export const command: Command = {
  description: 'Removes a webhook with its deliveries.',
  args: [{ name: 'id', summary: 'of the webhook, from assay webhook list' }],
  options: serverOptions,
  examples: [['assay webhook remove 0198…', 'nothing is sent there any more']],
  async run(invocation) {
    await callEndpoint(connect(invocation), deleteWebhook, { params: { id: argument(invocation, 0) } });
    invocation.terminal.out('the webhook is removed');
    return 0;
  },
};
