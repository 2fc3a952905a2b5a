import { createWebhook } from '../contract/notify.ts';
import { argument, callEndpoint, connect, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable } from './terminal.ts';
import { placeOf } from './webhook-list.ts';

export const command: Command = {
  description:
    'Has events sent to an address: as CloudEvents, or as messages that Slack or Microsoft Teams show. Prints the secret that messages are signed with, once.',
  args: [
    { name: 'address', summary: 'https:// address that takes them' },
    { name: 'place', summary: 'organisation/name or an organisation; without it the whole server', optional: true },
  ],
  options: [
    { flags: '--name <name>', summary: 'what it is for' },
    { flags: '--events <nouns>', summary: 'nouns with * for any characters, divided by commas (default: all)' },
    { flags: '--for <receiver>', summary: 'what reads them', choices: ['cloudevents', 'slack', 'teams'] },
    ...serverOptions,
  ],
  examples: [
    [
      'assay webhook add https://hooks.example.com/T0/B0/x shop --for slack --events vulnerability.found,policy.refused',
      'a channel is told of what matters in an organisation',
    ],
  ],
  async run(invocation) {
    const { options, terminal, args } = invocation;
    const body = {
      ...placeOf(args[1]),
      url: argument(invocation, 0),
      name: textOption(options, 'name') ?? 'assay webhook add',
      events: (textOption(options, 'events') ?? '*').split(',').map((each) => each.trim()),
      format: textOption(options, 'for') ?? 'cloudevents',
    };
    const { webhook, secret } = await callEndpoint(connect(invocation), createWebhook, { body });
    terminal.err(`webhook ${printable(webhook.id)}; the secret is shown this once:`);
    terminal.out(secret);
    return 0;
  },
};
