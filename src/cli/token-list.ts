import { listTokens } from '../contract/session.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists one’s own personal tokens.',
  options: [formatOption, ...serverOptions],
  examples: [['assay token list', 'what stands for you, and until when']],
  async run(invocation) {
    const { options, terminal } = invocation;
    const { items } = await callEndpoint(connect(invocation), listTokens);
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['NAME', 'MAY', 'ID', 'LAST USED', 'ENDS'],
          items.map((each) => [
            printable(each.name),
            each.use === 'feeds' ? 'feeds' : each.readOnly ? 'read' : each.limits ? 'limited' : 'everything',
            each.id,
            each.lastUsedAt ?? 'never',
            each.expiresAt,
          ]),
        ),
      );
    return 0;
  },
};
