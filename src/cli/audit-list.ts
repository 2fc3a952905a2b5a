import { listAudit } from '../contract/audit.ts';
import { callEndpoint, connect, formatOption, serverOptions } from './ask-server.ts';
import type { Command } from './command.ts';
import { textOption } from './image-report.ts';
import { printable, table } from './terminal.ts';

export const command: Command = {
  description: 'Lists who changed what, newest first, and what was refused.',
  options: [
    { flags: '--actor <name>', summary: 'of one account' },
    { flags: '--action <beginning>', summary: 'grant, tag.moved, denied …' },
    { flags: '--object <part>', summary: 'whose name holds this' },
    { flags: '--organisation <name>', summary: 'in one organisation' },
    { flags: '--since <time>', summary: 'RFC 3339, 2026-11-01T00:00:00Z' },
    { flags: '--limit <count>', summary: 'rows, 50 unless given' },
    formatOption,
    ...serverOptions,
  ],
  examples: [
    ['assay audit list --action denied', 'what was refused'],
    ['assay audit list --object shop/app --format json', 'everything about one repository'],
  ],
  async run(invocation) {
    const { options, terminal } = invocation;
    const query = {
      actor: textOption(options, 'actor'),
      action: textOption(options, 'action'),
      object: textOption(options, 'object'),
      organisation: textOption(options, 'organisation'),
      since: textOption(options, 'since'),
      limit: textOption(options, 'limit') ?? '50',
    };
    const { items } = await callEndpoint(connect(invocation), listAudit, { query });
    if (options['format'] === 'json') terminal.out(JSON.stringify({ schemaVersion: 1, items }, null, 2));
    else
      terminal.out(
        table(
          terminal,
          ['AT', 'ACTOR', 'FROM', 'ACTION', 'OBJECT', 'CHANGE'],
          items.map((each) => [
            each.at,
            printable(each.actor),
            each.address ?? '-',
            each.occurrences > 1 ? `${each.action} x${each.occurrences}` : each.action,
            printable(each.object),
            printable(changeOf(each)),
          ]),
        ),
      );
    return 0;
  },
};

function changeOf({ before, after }: { before?: string | undefined; after?: string | undefined }): string {
  return before === undefined ? (after ?? '') : `${before} -> ${after ?? 'nothing'}`;
}
