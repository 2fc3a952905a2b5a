import { listWebhooks } from '../contract/notify.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists the webhooks of a repository, of an organisation, or of the whole server.',
  args: [{ name: 'place', summary: 'organisation/name or an organisation', optional: true }],
  options: [formatOption, ...serverOptions],
  examples: [
    ['assay webhook list shop', 'those of an organisation'],
    ['assay webhook list', 'those of the whole server; for administrators'],
  ],
  async run(invocation) {
    const { options, terminal, args } = invocation;
    const { items } = await callEndpoint(connect(invocation), listWebhooks, { query: placeOf(args[0]) });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'FOR', 'EVENTS', 'STATE', 'ID', 'ADDRESS'],
          items.map((each) => [
            printable(each.name),
            each.format,
            each.events.join(','),
            each.enabled ? 'on' : 'off',
            each.id,
            printable(each.url),
          ]),
        ),
      );
    return 0;
  },
};

/** A repository when it has a slash, an organisation when it has none, the whole server when nothing is named. */
export function placeOf(place: string | undefined): { repository?: string; organisation?: string } {
  if (place === undefined) return {};
  return place.includes('/') ? { repository: place } : { organisation: place };
}
